"""Shared caches keep anonymous pages for a minute at most, and nothing that was meant for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


def test_sheet__anonymous_is_shared_for_a_minute(client: Client) -> None:
    response = client.get(reverse("sheet"))
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert {"Cookie", "HX-Request"} <= {name.strip() for name in response.headers["Vary"].split(",")}
    assert not response.cookies


def test_sheet__message_is_not_shared(alice: User, client: Client) -> None:
    client.force_login(alice)
    response = client.post(reverse("account-delete"), {"password": PASSWORD}, follow=True)
    assert "Your account and your photos were deleted." in response.text
    assert response.cookies, "the message's cookie is taken back"
    assert "public" not in response.headers["Cache-Control"]
    assert "s-maxage" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["sheet", "my-photos", "trash", "upload"])
def test_pages__signed_in_are_private(alice: User, client_of: Callable[[User], Client], name: str) -> None:
    response = client_of(alice).get(reverse(name))
    assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["photo", "photo-original"])
def test_photo__responses_are_private(
    alice: User, client_of: Callable[[User], Client], make_photo: PhotoFactory, name: str
) -> None:
    response = client_of(alice).get(reverse(name, args=[make_photo(alice).pk]))
    assert "private" in response.headers["Cache-Control"]
