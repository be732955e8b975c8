"""The order of an album, by which its pages, its neighbors and the API go, and its cover."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.albums import actions, order
from gallery.albums.models import Album, AlbumEntry, Order
from gallery.albums.order import GAP, MIDDLE, id_at, neighbors_in_album, page_in_album
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.presentation.covers import with_covers
from tests.gallery.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

    from gallery.accounts.models import User
    from tests.gallery.conftest import FileFactory, PhotoFactory


@pytest.fixture
def album(alice: User) -> Album:
    return Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)


@pytest.fixture
def five(alice: User, album: Album, make_photo: PhotoFactory) -> list[UUID]:
    """Return photos in the order in which they were added; the last uploaded was taken first."""
    ids = []
    for day in range(5):
        photo = make_photo(alice, taken_local=NOON - timedelta(days=day))
        actions.change_photos(album, add=[photo.pk], remove=())
        ids.append(photo.pk)
    return ids


def listed(album: Album, *, size: int = 2) -> list[UUID]:
    """Return all photos by pages, and hold that the neighbors of each are those of the list."""
    album.refresh_from_db()
    found: list[Photo] = []
    cursor = ""
    while True:
        page = page_in_album(Photo.objects.all(), album, cursor, size=size)
        found += page.photos
        assert len(found) <= 100, "the pages have no end"
        cursor = page.next_cursor
        if not cursor:
            break
    around = [None, *found, None]
    for before, photo, after in zip(around, found, around[2:], strict=False):
        assert neighbors_in_album(Photo.objects.all(), album, photo) == (before, after)
    return [photo.pk for photo in found]


def test_page__is_of_the_last_added_by_default(album: Album, five: list[UUID]) -> None:
    assert listed(album) == five[::-1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(Order.ADDED, [4, 3, 2, 1, 0]), (Order.TAKEN, [4, 3, 2, 1, 0]), (Order.HAND, [4, 3, 2, 1, 0])],
)
def test_page__follows_the_order(wanted: Order, expected: list[int], album: Album, five: list[UUID]) -> None:
    actions.change_album(album, order=wanted)
    assert listed(album) == [five[at] for at in expected]


def test_page__by_date_taken_has_the_oldest_first(
    alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    new, old = make_photo(alice, taken_local=NOON), make_photo(alice, taken_local=NOON - timedelta(days=1))
    same = make_photo(alice, taken_local=NOON)
    actions.change_photos(album, add=[old.pk, new.pk, same.pk], remove=())
    actions.change_album(album, order=Order.TAKEN)
    assert listed(album, size=1) == [old.pk, *sorted([new.pk, same.pk])]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("moved", "after", "expected"),
    [(0, 4, [4, 0, 3, 2, 1]), (2, None, [2, 4, 3, 1, 0]), (4, 0, [3, 2, 1, 0, 4]), (3, 3, [4, 3, 2, 1, 0])],
)
def test_place__moves_within_what_the_album_showed(
    moved: int, after: int | None, expected: list[int], size: int, album: Album, five: list[UUID]
) -> None:
    for _ in range(2):
        actions.place(album, five[moved], after=None if after is None else five[after])
        assert listed(album, size=size) == [five[at] for at in expected]
    assert album.order == Order.HAND


def test_place__writes_one_row(album: Album, five: list[UUID], django_assert_num_queries: Any) -> None:
    actions.change_album(album, order=Order.HAND)
    before = dict(AlbumEntry.objects.values_list("photo_id", "rank"))
    # The album is locked, both rows and the next one are read, one is written, and the album's date.
    with django_assert_num_queries(7):
        actions.place(album, five[0], after=five[4])
    after = dict(AlbumEntry.objects.values_list("photo_id", "rank"))
    assert {pk for pk in after if after[pk] != before[pk]} == {five[0]}


def test_place__into_the_same_gap_makes_room_again_and_again(
    album: Album, five: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "GAP", 4)
    monkeypatch.setattr(order, "MOVED_AT_ONCE", 2)
    expected = five[::-1]
    for turn in range(40):
        moved = five[turn % 4]
        actions.place(album, moved, after=five[4])
        expected.remove(moved)
        expected.insert(1, moved)
        assert listed(album, size=5) == expected
    assert len(set(AlbumEntry.objects.values_list("rank", flat=True))) == 5


def test_place__refuses_what_is_not_in_the_album(
    alice: User, album: Album, five: list[UUID], make_photo: PhotoFactory
) -> None:
    outside = make_photo(alice).pk
    for photo_id, after in ((outside, None), (five[0], outside)):
        with pytest.raises(actions.NotInAlbum):
            actions.place(album, photo_id, after=after)
    album.refresh_from_db()
    assert album.order == Order.ADDED


def test_order__by_hand_is_kept_while_another_is_shown(
    alice: User, album: Album, five: list[UUID], make_photo: PhotoFactory
) -> None:
    actions.place(album, five[0], after=None)
    actions.change_album(album, order=Order.TAKEN)
    late = make_photo(alice).pk
    actions.change_photos(album, add=[late], remove=())
    actions.change_album(album, order=Order.HAND)
    assert listed(album) == [five[0], *five[:0:-1], late]


def test_order__new_photos_come_last_by_hand(alice: User, album: Album, make_photo: PhotoFactory) -> None:
    actions.change_album(album, order=Order.HAND)
    ids = [make_photo(alice).pk for _ in range(3)]
    actions.change_photos(album, add=ids[::-1], remove=())
    assert listed(album) == ids
    assert list(AlbumEntry.objects.order_by("rank").values_list("rank", flat=True)) == [
        MIDDLE + GAP * step for step in (1, 2, 3)
    ]


def test_order__keeps_the_place_of_a_photo_in_the_trash(album: Album, five: list[UUID]) -> None:
    actions.place(album, five[2], after=None)
    Photo.objects.filter(pk=five[2]).update(trashed_at=timezone.now())
    shown = page_in_album(Photo.objects.not_trashed(), album, "").photos
    assert five[2] not in {photo.pk for photo in shown}
    assert listed(album)[0] == five[2]


def test_order__leaves_out_a_raw_under_its_photo(alice: User, album: Album, file: FileFactory) -> None:
    top, raw = file("JPEG"), file("CR3")
    actions.change_photos(album, add=[top.pk, raw.pk], remove=())
    for wanted in Order:
        actions.change_album(album, order=wanted)
        assert listed(album) == [top.pk]
        files = page_in_album(Photo.objects.all(), album, "", every_file=True).photos
        assert {photo.pk for photo in files} == {top.pk, raw.pk}


@pytest.mark.parametrize("wanted", Order)
def test_page__survives_a_wrong_cursor(wanted: Order, album: Album, five: list[UUID]) -> None:
    actions.change_album(album, order=wanted)
    album.refresh_from_db()
    for cursor in ("x", "å", "A" * 31, "A" * 33):
        assert len(page_in_album(Photo.objects.all(), album, cursor).photos) == 5


@pytest.mark.parametrize(("position", "expected"), [(0, None), (1, 4), (2, 2), (4, 0), (99, 0)])
def test_id_at__counts_without_the_photo_that_moves(
    position: int, expected: int | None, album: Album, five: list[UUID]
) -> None:
    found = id_at(Photo.objects.all(), album, position, besides=five[3])
    assert found == (None if expected is None else five[expected])


def cover_of(album: Album, seen: QuerySet[Photo]) -> UUID | None:
    found: Any = with_covers(Album.objects.filter(pk=album.pk), seen).get()  # type: ignore[arg-type]
    return found.cover_id  # type: ignore[no-any-return]


def test_cover__is_the_chosen_photo_or_the_last_added(album: Album, five: list[UUID]) -> None:
    everything = Photo.objects.all()
    assert cover_of(album, everything) == five[4]
    for chosen in (five[1], five[2]):
        actions.choose_cover(album, chosen)
        assert cover_of(album, everything) == chosen
    actions.change_photos(album, add=(), remove=[five[2]])
    assert cover_of(album, everything) == five[4]
    actions.choose_cover(album, five[0])
    actions.choose_cover(album, None)
    assert cover_of(album, everything) == five[4]


def hide(photo_id: UUID) -> None:
    Photo.objects.filter(pk=photo_id).update(visibility=Visibility.PRIVATE)


def put_to_review(photo_id: UUID) -> None:
    Photo.objects.filter(pk=photo_id).update(state=State.PENDING)


def move_to_trash(photo_id: UUID) -> None:
    Photo.objects.filter(pk=photo_id).update(trashed_at=timezone.now())


@pytest.mark.parametrize("make_unseen", [hide, put_to_review, move_to_trash])
def test_cover__unseen_is_not_shown_to_others(
    make_unseen: Callable[[UUID], None], album: Album, five: list[UUID]
) -> None:
    actions.choose_cover(album, five[1])
    make_unseen(five[1])
    assert cover_of(album, Photo.objects.public()) == five[4]


def test_cover__only_of_the_album(
    alice: User, album: Album, five: list[UUID], make_photo: PhotoFactory
) -> None:
    actions.choose_cover(album, five[1])
    with pytest.raises(actions.NotInAlbum):
        actions.choose_cover(album, make_photo(alice).pk)
    assert cover_of(album, Photo.objects.all()) == five[1]


def test_changed_at__follows_what_the_owner_does(album: Album, five: list[UUID]) -> None:
    def moved(act: Callable[[], object]) -> bool:
        Album.objects.update(changed_at=timezone.now() - timedelta(days=1))
        act()
        album.refresh_from_db()
        return timezone.now() - album.changed_at < timedelta(hours=1)

    assert moved(lambda: actions.place(album, five[0], after=None))
    assert moved(lambda: actions.choose_cover(album, five[0]))
    assert moved(lambda: actions.change_album(album, title="Ocean"))
    assert moved(lambda: actions.change_photos(album, add=(), remove=[five[0]]))
    assert not moved(lambda: actions.change_photos(album, add=(), remove=[five[0]]))
    assert moved(lambda: actions.change_photos(album, add=[five[0]], remove=()))
    assert not moved(lambda: actions.change_photos(album, add=[five[0]], remove=()))
    photo = Photo.objects.get(pk=five[0])
    assert moved(lambda: actions.organize(photo.pk, actor=photo.owner, tags=[], albums=[]))
    assert moved(lambda: actions.organize(photo.pk, actor=photo.owner, tags=[], albums=[album]))
    assert not moved(lambda: actions.organize(photo.pk, actor=photo.owner, tags=[], albums=[album]))


def test_page__a_cursor_of_before_the_order_changed_begins_again(album: Album, five: list[UUID]) -> None:
    cursor = page_in_album(Photo.objects.all(), album, "", size=2).next_cursor
    actions.change_album(album, order=Order.HAND)
    album.refresh_from_db()
    first, again = (page_in_album(Photo.objects.all(), album, each, size=2) for each in ("", cursor))
    assert [photo.pk for photo in again.photos] == [photo.pk for photo in first.photos]
    assert len(first.photos) == 2


def test_change_photos__in_the_given_order(alice: User, make_photo: PhotoFactory) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    first, second, third = (make_photo(alice).pk for _ in range(3))
    actions.change_photos(album, add=[third, first, second], remove=[], in_given_order=True)
    assert list(album.entries.order_by("rank").values_list("photo_id", flat=True)) == [third, first, second]
