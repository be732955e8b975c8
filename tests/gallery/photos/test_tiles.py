"""A tile tells each viewer what they may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.photos.tiles import tiles_of

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


def test_a_file_s_name_is_between_its_owner_and_the_moderators(
    alice: User, bob: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, file_name="divorce-lawyer-scan.jpg", caption="")
    named = {
        viewer.pk: tiles_of([photo], viewer)[0][0].alt for viewer in (alice, bob, charlie, AnonymousUser())
    }
    assert named == {
        alice.pk: "divorce-lawyer-scan.jpg",
        charlie.pk: "divorce-lawyer-scan.jpg",
        bob.pk: "Photo by alice",
        None: "Photo by alice",
    }


def test_a_caption_is_for_everybody(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, caption="At sea")
    assert tiles_of([photo], AnonymousUser())[0][0].alt == "At sea"
