"""A tile shows each viewer what they may see."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from gallery.photos.states import State
from gallery.presentation import tiles
from gallery.presentation.tiles import tiles_of
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


def test_tile__file_name_is_shown_only_to_owner_and_moderators(
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


def test_tile__caption_is_public(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, caption="At sea")
    assert tiles_of([photo], AnonymousUser())[0][0].alt == "At sea"


def test_tile__sizes_are_those_of_the_style_sheet(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, width=3000, height=2000)
    (tile,) = tiles_of([photo], alice)[0]
    assert tile.sizes == (
        "(max-width: 48em) and (min-resolution: 2.1dppx) 102px, "
        "(max-width: 48em) 149px, (max-width: 100em) 360px, 450px"
    )
    theme = (settings.BASE_DIR / "static/src/style/theme.css").read_text()
    assert [int(pixels) for pixels in re.findall(r"--row: (\d+)px", theme)] == list(tiles.ROW_PIXELS)
    assert re.findall(r"min-width: (\w+)", theme) == ["48em", "100em"]


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED])
def test_tile__moderator_reads_who_can_see_it(
    alice: User, charlie: User, make_photo: PhotoFactory, state: State
) -> None:
    photo = make_photo(alice, state=state)
    said = {viewer.pk: tiles_of([photo], viewer)[0][0].state_sentence for viewer in (alice, charlie)}
    assert "Only you can see it." in said[alice.pk]
    assert "Only you" not in said[charlie.pk]
    assert "Only its owner and moderators can see it." in said[charlie.pk]


@pytest.mark.parametrize("state", State)
def test_tile__has_a_picture_once_the_photo_is_processed(
    state: State, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    photo = make_photo(alice, state)
    stores.put_item(ready_item(photo))
    (tile,), _ = tiles_of([photo], alice)
    assert bool(tile.src) is (state not in {State.AWAITING, State.FAILED})
    assert bool(tile.full_src) is bool(tile.srcset) is bool(tile.thumbhash) is bool(tile.src)


def test_tile__pictures_for_browsers_without_avif(
    alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    photo = make_photo(alice, State.APPROVED)
    stores.put_item(ready_item(photo))
    (tile,), _ = tiles_of([photo], alice)
    for addresses in (tile.src, tile.srcset, tile.full_src):
        assert ".webp" in addresses
        assert ".avif" not in addresses
    assert [part.split()[1] for part in tile.srcset.split(", ")] == ["320w", "800w"]
    assert [part.split()[1] for part in tile.avif_srcset.split(", ")] == ["320w", "800w", "1600w"]
    assert ".avif" in tile.full_avif_src
    assert (tile.full_width, tile.full_height) == (1600, 1066)


def test_tile__pictures_of_an_older_policy_without_webp(
    alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    photo = make_photo(alice, State.APPROVED)
    item = ready_item(photo)
    large = tuple(made for made in item.renditions if made.content_type == "image/avif")
    stores.put_item(dataclasses.replace(item, renditions=large))
    (tile,), _ = tiles_of([photo], alice)
    assert ".avif" in tile.src
    assert (tile.avif_srcset, tile.full_avif_src) == ("", "")


def test_tile__marks_are_their_owners_own(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, is_archived=True, is_favorite=True)
    for viewer, is_shown in ((alice, True), (charlie, False), (AnonymousUser(), False)):
        (tile,) = tiles_of([photo], viewer)[0]
        assert (tile.is_archived, tile.is_favorite) == (is_shown, is_shown)
