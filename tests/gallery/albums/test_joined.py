"""Photos of a tag or an album are the same, whether it is collected or looked for in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gallery.albums import joined, tag_counts
from gallery.albums.models import Album, AlbumEntry, PhotoTag, Tag
from gallery.albums.tag_counts import tags_seen
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def tag(name: str, *photos: Photo) -> Tag:
    found, _ = Tag.objects.get_or_create(name=name)
    for photo in photos:
        PhotoTag.objects.create(tag=found, photo=photo)
    return found


@pytest.mark.parametrize("few", [2, 1])
def test_tagged__of_few_and_of_many(
    alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(joined, "FEW", few)
    older, newer, _other = (make_photo(alice, created_at=AT + timedelta(hours=hour)) for hour in range(3))
    wanted = [tag("sea", older, newer).pk, tag("blue", older).pk]
    for ids in (wanted, wanted[:1]):
        assert list(joined.tagged(Photo.objects.public(), ids).newest_first()) == [newer, older]
    assert list(joined.tagged(Photo.objects.public(), [])) == []


@pytest.mark.parametrize("few", [2, 1])
def test_in_album__of_few_and_of_many(
    alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(joined, "FEW", few)
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    shown, waiting, _other = make_photo(alice), make_photo(alice, State.PENDING), make_photo(alice)
    for photo in (shown, waiting):
        AlbumEntry.objects.create(album=album, photo=photo)
    assert list(joined.in_album(Photo.objects.public(), album)) == [shown]
    assert set(joined.in_albums(Photo.objects.all(), [album.pk])) == {shown, waiting}


def test_tags_seen__only_photos_that_are_seen_decide(
    alice: User, bob: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_counts, "LATEST", 2)
    monkeypatch.setattr(tag_counts, "COUNTED_UP_TO", 2)
    photos = [make_photo(alice, created_at=AT + timedelta(hours=hour)) for hour in range(4)]
    hidden = [make_photo(alice, State.PENDING) for _ in range(3)]
    tag("old", photos[0])
    tag("sea", *photos)
    tag("new", photos[3])
    tag("private", *hidden)
    tag("new", *hidden)

    def seen_by(user: User, start: str = "", limit: int = 9) -> list[tuple[str, int]]:
        seen = Photo.objects.visible_to(user)
        return tags_seen(
            seen, [Photo.objects.public(), Photo.objects.owned_by(user)], start=start, limit=limit
        )

    assert seen_by(bob) == [("sea", 2), ("new", 1), ("old", 1)]
    assert seen_by(bob, limit=1) == [("sea", 2)]
    assert seen_by(bob, start="o") == [("old", 1)]
    assert dict(seen_by(alice)) == {"sea": 2, "new": 2, "private": 2, "old": 1}
