"""Every page offers AVIF by its type only, so that browsers that can't show it take WebP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gallery.albums.actions import change_photos, create_album
from gallery.photos.states import State, Visibility
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

PAGES = ("/", "/photos/{}/", "/albums/", "/admin/photos/photo/?q=alice", "/admin/photos/photo/{}/change/")
"""The sheet, a photo, album covers, the review queue and a photo in it."""


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory, stores: Stores) -> Photo:
    photo = make_photo(alice, State.APPROVED)
    stores.put_item(ready_item(photo))
    album = create_album(alice, title="Sea", description="", visibility=Visibility.PUBLIC)
    change_photos(album, add=[photo.pk], remove=[])
    return photo


@pytest.mark.parametrize("path", PAGES)
def test_picture__avif_is_offered_by_type_only(
    path: str, photo: Photo, charlie: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(charlie).get(path.format(photo.pk)).content.decode()
    images = [tag for tag in re.findall(r"<img [^>]*>", page) if ".webp" in tag or ".avif" in tag]
    sources = re.findall(r"<source [^>]*>", page)
    assert images
    assert len(images) == len(sources)
    assert not [tag for tag in images if ".avif" in tag]
    assert all('type="image/avif"' in tag and ".avif" in tag for tag in sources)


def test_status__has_avif_apart(photo: Photo, alice: User, client_of: Callable[[User], Client]) -> None:
    (found,) = client_of(alice).get(f"/photos/status/?ids={photo.pk}").json()["photos"]
    assert client_of(alice).head(f"/photos/status/?ids={photo.pk}").status_code == 200
    assert not [name for name in ("src", "srcset", "full_src") if ".avif" in found[name]]
    assert ".avif" in found["avif_srcset"]
    assert ".avif" in found["full_avif_src"]
