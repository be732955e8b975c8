"""A raw and the JPEG of the same capture are one photo in lists, whatever happens to either."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.albums import words
from gallery.albums.models import Album, AlbumEntry
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.paging import page_of
from gallery.photos.purge import purge_photo
from gallery.photos.stacks import stack_key
from gallery.photos.states import State, Visibility
from gallery.presentation.stacks import stacks_of
from gallery.processing.matters import TRASH_RETENTION
from gallery.processing.settle import settle
from gallery.processing.sweep import sweep
from gallery.storage import catalogue
from tests.gallery.conftest import NOON
from tests.gallery.stores import Stores, failed_item, ready_item

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet
    from tests.gallery.conftest import FileFactory, PhotoFactory

pytestmark = pytest.mark.django_db

PRIVATE, PUBLIC = Visibility.PRIVATE, Visibility.PUBLIC


def listed(photos: PhotoQuerySet) -> set[str]:
    """Return the formats in a list, as a page shows it."""
    return {photo.format for photo in page_of(photos, "").photos}


def mine(user: User) -> set[str]:
    return listed(Photo.objects.owned_by(user).not_trashed())


def in_trash(user: User) -> set[str]:
    return listed(Photo.objects.owned_by(user).trashed())


# What is one capture


@pytest.mark.parametrize(
    ("jpeg", "raw"),
    [
        ("IMG_1234.JPG", "IMG_1234.CR3"),
        ("img_1234.jpeg", "IMG_1234.cr3"),
        ("DSC01234.HIF", "DSC01234.ARW"),
        ("DSCF1234.JPG", "dscf1234.raf"),
        ("Stra\u00dfe.jpg", "STRASSE.nef"),
        ("Cafe\u0301.jpg", "caf\u00e9.DNG"),
        ("IMG_1234.CR3.jpg", "IMG_1234.CR3"),
        ("IMG_1234.dng.JPG", "IMG_1234.DNG"),
        ("PXL_20260501_120000123.RAW-01.COVER.jpg", "PXL_20260501_120000123.RAW-02.ORIGINAL.dng"),
        ("PXL_20260501_120000123.RAW-01.MP.COVER.jpg", "PXL_20260501_120000123.RAW-02.ORIGINAL.dng"),
        ("2026.05.01 sea.jpg", "2026.05.01 sea.orf"),
    ],
)
def test_key__same_capture(jpeg: str, raw: str) -> None:
    key = stack_key(raw, "CR3", NOON)
    assert len(key) == 32
    assert stack_key(jpeg, "JPEG", NOON) == key
    assert stack_key(jpeg, "HEIF", NOON + timedelta(milliseconds=250)) == key


@pytest.mark.parametrize(
    ("name", "kind", "at"),
    [
        ("IMG_1235.JPG", "JPEG", NOON),
        ("IMG_1234-2.JPG", "JPEG", NOON),
        ("IMG_1234 (1).JPG", "JPEG", NOON),
        ("IMG_1234.edit.JPG", "JPEG", NOON),
        ("IMG_1234.JPG", "JPEG", NOON + timedelta(seconds=1)),
        ("IMG_1234.JPG", "JPEG", NOON + timedelta(days=365)),
        ("IMG_1234.JPG", "JPEG", None),
        ("IMG_1234.TIF", "TIFF", NOON),
        ("IMG_1234.PNG", "PNG", NOON),
        ("IMG_1234.JPG", "", NOON),
    ],
)
def test_key__other_capture(name: str, kind: str, at: datetime | None) -> None:
    assert stack_key(name, kind, at) != stack_key("IMG_1234.CR3", "CR3", NOON)


def test_key__unknown_time_never_stacks() -> None:
    assert stack_key("IMG_1234.JPG", "JPEG", None) == stack_key("IMG_1234.CR3", "CR3", None) == ""


# Uploads: in any order, one or both failed, of one or two owners


@pytest.mark.parametrize("order", ["raw first", "jpeg first", "at once"])
@pytest.mark.parametrize(("raw_fails", "jpeg_fails"), [*itertools.product([False, True], repeat=2)])
def test_upload__any_order(
    order: str, raw_fails: bool, jpeg_fails: bool, alice: User, make_photo: PhotoFactory
) -> None:
    metadata = {"taken_at": "2026-05-01T12:00:00+02:00"}
    raw = make_photo(alice, State.AWAITING, file_name="IMG_1234.CR3")
    jpeg = make_photo(alice, State.AWAITING, file_name="img_1234.jpg")
    fails = {raw.pk: raw_fails, jpeg.pk: jpeg_fails}
    items = {
        raw.pk: ready_item(raw, format="CR3", metadata=metadata | {"preview_of": "CR3"}),
        jpeg.pk: ready_item(jpeg, metadata=metadata),
    }
    steps = {
        "raw first": [[raw], [jpeg]],
        "jpeg first": [[jpeg], [raw]],
        "at once": [[raw, jpeg]],
    }[order]
    for photos in steps:
        found = {photo.pk: failed_item(photo) if fails[photo.pk] else items[photo.pk] for photo in photos}
        settle(found, reading=catalogue.Reading(found))
    shown = page_of(Photo.objects.owned_by(alice), "").photos
    expected = {jpeg.pk} if not raw_fails and not jpeg_fails else {jpeg.pk, raw.pk}
    assert {photo.pk for photo in shown} == expected
    assert bool(stacks_of(shown, alice)) == (expected == {jpeg.pk})


def test_upload__older_row_adopts_its_format(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, file_name="IMG_1234.CR3", processed_at=timezone.now())
    item = ready_item(photo, format="CR3", metadata={"taken_at": "2026-05-01T12:00:00"})
    reading = catalogue.Reading({photo.pk: item})
    assert settle([photo.pk], reading=reading) == {photo.pk}
    photo.refresh_from_db()
    assert (photo.format, photo.stack_key) == ("CR3", stack_key("IMG_1234.CR3", "CR3", NOON))
    assert settle([photo.pk], reading=reading) == set()


def test_stack__of_one_owner_only(file: FileFactory, alice: User, bob: User) -> None:
    file("CR3")
    file("JPEG", owner=bob)
    assert listed(Photo.objects.all()) == {"CR3", "JPEG"}


@pytest.mark.parametrize("first", ["CR3", "JPEG"])
def test_stack__first_of_two_tops_shows_all_raws(first: str, file: FileFactory, alice: User) -> None:
    kinds = ["CR3", "JPEG"] if first == "CR3" else ["JPEG", "CR3"]
    made = {kind: file(kind) for kind in kinds}
    second, dng = file("HEIF"), file("DNG")
    assert mine(alice) == {"JPEG", "HEIF"}
    stacks = stacks_of([made["JPEG"], second], alice)
    assert [found.format for found in stacks[made["JPEG"].pk]] == ["JPEG", "CR3", "DNG"]
    assert stacks[dng.pk] == stacks[made["JPEG"].pk]
    assert second.pk not in stacks
    purge_photo(made["JPEG"].pk)
    assert [found.format for found in stacks_of([second], alice)[second.pk]] == ["HEIF", "CR3", "DNG"]


# States and visibility: who sees what in which list


@pytest.mark.parametrize(
    ("raw", "jpeg", "to_owner", "to_others"),
    [
        ((State.APPROVED, PUBLIC), (State.APPROVED, PUBLIC), {"JPEG"}, {"JPEG"}),
        ((State.PENDING, PUBLIC), (State.APPROVED, PUBLIC), {"JPEG"}, {"JPEG"}),
        # What was public stays public until its JPEG takes its place.
        ((State.APPROVED, PUBLIC), (State.PENDING, PUBLIC), {"JPEG"}, {"CR3"}),
        ((State.PENDING, PUBLIC), (State.PENDING, PUBLIC), {"JPEG"}, set()),
        ((State.APPROVED, PRIVATE), (State.APPROVED, PUBLIC), {"JPEG"}, {"JPEG"}),
        ((State.APPROVED, PRIVATE), (State.APPROVED, PRIVATE), {"JPEG"}, set()),
        # A public raw is not hidden under a private JPEG.
        ((State.APPROVED, PUBLIC), (State.APPROVED, PRIVATE), {"JPEG", "CR3"}, {"CR3"}),
        ((State.REJECTED, PUBLIC), (State.REJECTED, PUBLIC), {"JPEG"}, set()),
    ],
)
def test_lists__by_state_and_visibility(
    raw: tuple[State, Visibility],
    jpeg: tuple[State, Visibility],
    to_owner: set[str],
    to_others: set[str],
    file: FileFactory,
    alice: User,
) -> None:
    file("CR3", state=raw[0], visibility=raw[1])
    file("JPEG", state=jpeg[0], visibility=jpeg[1])
    assert mine(alice) == to_owner
    assert listed(Photo.objects.public()) == to_others


@pytest.mark.parametrize(
    ("raw", "jpeg", "queue"),
    [
        (State.PENDING, State.PENDING, {"JPEG"}),
        (State.PENDING, State.APPROVED, set()),
        (State.PENDING, State.REJECTED, {"CR3"}),
        (State.APPROVED, State.PENDING, {"JPEG"}),
    ],
)
def test_queue__judges_the_shown_picture(raw: State, jpeg: State, queue: set[str], file: FileFactory) -> None:
    file("CR3", state=raw)
    file("JPEG", state=jpeg)
    assert {photo.format for photo in Photo.objects.awaiting_review()} == queue
    assert listed(Photo.objects.awaiting_review()) == queue


def test_others__are_told_of_no_stack(file: FileFactory, bob: User, charlie: User, admin: User) -> None:
    file("CR3", visibility=PRIVATE)
    jpeg = file("JPEG")
    for person in (bob, charlie, admin):
        # Theirs has the same name and time.
        own = [file(kind, owner=person) for kind in ("CR3", "JPEG")]
        assert jpeg.pk not in stacks_of([jpeg, *own], person)
        assert stacks_of([jpeg], person) == {}


# Actions on the shown photo


@pytest.fixture
def pair(file: FileFactory) -> tuple[Photo, Photo]:
    return file("JPEG"), file("CR3")


def states(*photos: Photo) -> list[str]:
    return [Photo.objects.get(pk=photo.pk).state for photo in photos]


def test_trash__both_with_one_undo(pair: tuple[Photo, Photo], alice: User) -> None:
    jpeg, raw = pair
    assert actions.trash(jpeg.pk, actor=alice) is Outcome.DONE
    assert (mine(alice), in_trash(alice)) == (set(), {"JPEG"})
    assert [found.format for found in stacks_of([jpeg], alice)[jpeg.pk]] == ["JPEG", "CR3"]
    assert actions.restore(jpeg.pk, actor=alice) is Outcome.DONE
    assert (mine(alice), in_trash(alice)) == ({"JPEG"}, set())
    assert not Photo.objects.trashed().exists()
    assert raw.history.count() == 2


def test_trash__raw_alone(pair: tuple[Photo, Photo], alice: User) -> None:
    jpeg, raw = pair
    actions.trash(raw.pk, actor=alice)
    assert (mine(alice), in_trash(alice)) == ({"JPEG"}, {"CR3"})
    # What was trashed before is not brought back by the undo of something else.
    actions.trash(jpeg.pk, actor=alice)
    assert in_trash(alice) == {"JPEG", "CR3"}
    actions.restore(jpeg.pk, actor=alice)
    assert (mine(alice), in_trash(alice)) == ({"JPEG"}, {"CR3"})
    actions.restore(raw.pk, actor=alice)
    assert (mine(alice), in_trash(alice)) == ({"JPEG"}, set())


def test_restore__raw_uploaded_again(pair: tuple[Photo, Photo], file: FileFactory, alice: User) -> None:
    jpeg, raw = pair
    actions.trash(jpeg.pk, actor=alice)
    again = file("CR3", sha256=raw.sha256)
    assert mine(alice) == {"CR3"}
    assert actions.restore(jpeg.pk, actor=alice) is Outcome.DONE
    assert (mine(alice), in_trash(alice)) == ({"JPEG"}, {"CR3"})
    assert [found.photo_id for found in stacks_of([jpeg], alice)[jpeg.pk]] == [jpeg.pk, again.pk]


@pytest.mark.parametrize("in_the_trash", [True, False])
def test_purge__both(in_the_trash: bool, stores: Stores, pair: tuple[Photo, Photo], alice: User) -> None:
    jpeg, raw = pair
    if in_the_trash:
        actions.trash(jpeg.pk, actor=alice)
    assert actions.purge(jpeg.pk, only_from_trash=in_the_trash) is Outcome.DONE
    assert set(DeletionRecord.objects.values_list("pk", flat=True)) == {jpeg.pk, raw.pk}
    assert not Photo.objects.exists()


def test_purge__not_in_trash_changes_nothing(pair: tuple[Photo, Photo]) -> None:
    assert actions.purge(pair[0].pk, only_from_trash=True) is Outcome.NOT_IN_TRASH
    assert Photo.objects.count() == 2


def test_purge__of_one_shows_the_other(pair: tuple[Photo, Photo], alice: User) -> None:
    purge_photo(pair[0].pk)
    assert mine(alice) == {"CR3"}


def test_sweep__purges_both_from_the_trash(stores: Stores, pair: tuple[Photo, Photo], alice: User) -> None:
    actions.trash(pair[0].pk, actor=alice)
    assert sweep(timezone.now() + TRASH_RETENTION + timedelta(days=1)).purged == 2


def test_visibility__of_both(pair: tuple[Photo, Photo], alice: User) -> None:
    jpeg, raw = pair
    for visibility in (PRIVATE, PUBLIC):
        words.change_words(jpeg.pk, actor=alice, visibility=visibility)
        assert set(Photo.objects.values_list("visibility", flat=True)) == {visibility}
    actions.set_visibility(raw.pk, visibility=PRIVATE)
    assert Photo.objects.get(pk=jpeg.pk).visibility == PUBLIC
    assert mine(alice) == {"JPEG"}


def test_approve__what_was_seen_only(file: FileFactory, charlie: User) -> None:
    jpeg, raw = file("JPEG", state=State.PENDING), file("CR3", state=State.PENDING)
    assert actions.approve(jpeg.pk, actor=charlie, words_mark=jpeg.words_mark) is Outcome.DONE
    assert states(jpeg, raw) == [State.APPROVED, State.PENDING]
    actions.set_stacked(jpeg.pk, stacked=False)
    assert set(Photo.objects.awaiting_review()) == {raw}


@pytest.mark.parametrize("before", [State.PENDING, State.APPROVED])
def test_reject__both_and_undo(before: State, file: FileFactory, charlie: User) -> None:
    jpeg, raw = file("JPEG", state=State.PENDING), file("CR3", state=before)
    actions.reject(jpeg.pk, actor=charlie, reason="Blurred")
    assert states(jpeg, raw) == [State.REJECTED, State.REJECTED]
    actions.put_back(jpeg.pk, actor=charlie)
    assert states(jpeg, raw) == [State.PENDING, State.PENDING]
    actions.reject(jpeg.pk, actor=charlie, reason="Blurred")
    actions.approve(jpeg.pk, actor=charlie, words_mark=jpeg.words_mark)
    assert states(jpeg, raw) == [State.APPROVED, State.PENDING]


@pytest.mark.parametrize("which", [0, 1])
def test_unstack__and_stack_again(which: int, pair: tuple[Photo, Photo], alice: User) -> None:
    target = pair[which].pk
    assert actions.set_stacked(target, stacked=False) is Outcome.DONE
    assert mine(alice) == {"JPEG", "CR3"}
    assert stacks_of(pair, alice) == {}
    actions.trash(pair[0].pk, actor=alice)
    assert (mine(alice), in_trash(alice)) == ({"CR3"}, {"JPEG"})
    actions.restore(pair[0].pk, actor=alice)
    assert actions.set_stacked(target, stacked=True) is Outcome.DONE
    assert mine(alice) == {"JPEG"}


def test_unstack__nothing_to_unstack(alice: User, make_photo: PhotoFactory, file: FileFactory) -> None:
    others = file("CR3", at=None, name="other.cr3")
    assert actions.set_stacked(make_photo(alice).pk, stacked=False) is Outcome.CONFLICT
    assert not Photo.objects.get(pk=others.pk).stands_alone


# Albums and tags


@pytest.mark.parametrize(
    ("members", "shown"),
    [(("JPEG", "CR3"), {"JPEG"}), (("JPEG",), {"JPEG"}), (("CR3",), {"CR3"})],
)
def test_album__list_and_count_agree(
    members: tuple[str, ...], shown: set[str], pair: tuple[Photo, Photo], alice: User
) -> None:
    album, other = (Album.objects.create(owner=alice, title=title) for title in ("Sea", "Hills"))
    AlbumEntry.objects.create(album=other, photo=pair[0])
    for photo in pair:
        if photo.format in members:
            AlbumEntry.objects.create(album=album, photo=photo)
    seen = Photo.objects.owned_by(alice).not_trashed()
    assert listed(seen.filter(album_entries__album=album)) == shown
    counts = {found.title: found.photo_count for found in Album.objects.with_counts(seen)}  # type: ignore[attr-defined]
    assert counts == {"Sea": len(shown), "Hills": 1}


def test_pages__are_full_and_complete(file: FileFactory, alice: User) -> None:
    for number in range(5):
        file("CR3", f"IMG_{number}.CR3")
        file("JPEG", f"IMG_{number}.JPG")
    photos = Photo.objects.owned_by(alice)
    names, cursor = [], ""
    while True:
        page = page_of(photos, cursor, size=2)
        names += [photo.file_name for photo in page.photos]
        cursor = page.next_cursor
        if not cursor:
            break
    assert names == [f"IMG_{number}.JPG" for number in (4, 3, 2, 1, 0)]


def test_take_down__both(stores: Stores, pair: tuple[Photo, Photo], charlie: User, alice: User) -> None:
    for photo in pair:
        stores.put_original(photo.pk)
    assert actions.take_down(pair[0].pk, actor=charlie, reason="Not theirs") is Outcome.DONE
    assert not Photo.objects.filter(taken_down_at=None).exists()
    assert stores.keys("originals/") == set()
    # There is no picture to be shown by, so each says what became of it.
    assert mine(alice) == {"JPEG", "CR3"}
