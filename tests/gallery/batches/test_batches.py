"""Actions on many photos: done once each, refused one by one, interrupted, canceled, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.accounts.rate_limits import Limit
from gallery.albums.actions import create_album
from gallery.albums.models import AlbumEntry
from gallery.albums.tagging import MAX_TAGS, set_tags, tags_of
from gallery.batches import actions
from gallery.batches.models import Batch, BatchPhoto, Kind
from gallery.blocks.actions import block
from gallery.core import reasons
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State, Visibility
from gallery.photos.turning import rotation_of
from gallery.processing.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = pytest.mark.django_db


def always() -> bool:
    """Return that there is time."""
    return True


def only(photos: int) -> Callable[[], bool]:
    """Return a clock with time for so many photos."""
    left = iter(range(photos - 1, -1, -1))
    return lambda: next(left) > 0


def done(owner: User, kind: Kind, photos: list[Photo], **choices: object) -> Batch:
    """Do all of it."""
    batch = actions.start(owner, kind, [photo.pk for photo in photos], **choices)
    assert actions.advance(batch, has_time=always)
    batch.refresh_from_db()
    return batch


def taken_back(batch: Batch) -> Batch:
    """Take it back."""
    undo = actions.undo(batch)
    assert actions.advance(undo, has_time=always)
    undo.refresh_from_db()
    return undo


def outcomes(batch: Batch) -> list[str]:
    """Return the outcome of each photo, in order."""
    return list(batch.photos.order_by("position").values_list("outcome", flat=True))


def test_trash__and_back(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice) for _ in range(5)]
    batch = done(alice, Kind.TRASH, photos)
    assert Photo.objects.owned_by(alice).trashed().count() == 5
    assert actions.progress_of(batch) == actions.Progress(5, 5, {})
    taken_back(batch)
    assert not Photo.objects.owned_by(alice).trashed().exists()
    assert {photo.state for photo in Photo.objects.owned_by(alice)} == {State.APPROVED}


def test_batch__refuses_photos_of_others_and_unknown_ones(
    alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    his, hers = make_photo(bob), make_photo(alice)
    batch = actions.start(alice, Kind.TRASH, [his.pk, uuid4(), hers.pk, hers.pk])
    assert actions.advance(batch, has_time=always)
    assert outcomes(batch) == [reasons.NOT_FOUND.code, reasons.NOT_FOUND.code, "done"]
    his.refresh_from_db()
    assert his.trashed_at is None


def test_undo__leaves_what_was_so_before(alice: User, make_photo: PhotoFactory) -> None:
    private = make_photo(alice, visibility=Visibility.PRIVATE)
    public = make_photo(alice)
    batch = done(alice, Kind.SET_VISIBILITY, [private, public], visibility="private")
    assert set(Photo.objects.values_list("visibility", flat=True)) == {"private"}
    undo = taken_back(batch)
    assert undo.photos.count() == 1
    private.refresh_from_db()
    public.refresh_from_db()
    assert (private.visibility, public.visibility) == (Visibility.PRIVATE, Visibility.PUBLIC)


def test_tags__are_added_to_those_that_are_there(alice: User, make_photo: PhotoFactory) -> None:
    plain, tagged, full = [make_photo(alice, State.PENDING) for _ in range(3)]
    set_tags(tagged.pk, ["boat", "sea"])
    set_tags(full.pk, [f"tag {number}" for number in range(MAX_TAGS)])
    batch = done(alice, Kind.ADD_TAGS, [plain, tagged, full], tags=["harbor", "sea"])
    assert outcomes(batch) == ["done", "done", reasons.TOO_MANY_TAGS.code]
    tags = tags_of([plain.pk, tagged.pk])
    assert tags == {plain.pk: ["harbor", "sea"], tagged.pk: ["boat", "harbor", "sea"]}
    taken_back(batch)
    assert tags_of([plain.pk, tagged.pk]) == {tagged.pk: ["boat", "sea"]}


def test_tags__of_approved_photos_wait_for_review(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    batch = done(alice, Kind.ADD_TAGS, [photo], tags=["harbor"])
    assert outcomes(batch) == ["words_wait"]
    assert tags_of([photo.pk]) == {}
    assert actions.progress_of(batch).done == 1
    taken_back(batch)
    photo.refresh_from_db()
    assert not photo.has_new_words


def test_album__takes_as_many_as_it_may(
    alice: User, make_photo: PhotoFactory, settings: SettingsWrapper
) -> None:
    settings.PHOTOS_PER_ALBUM = 3
    album = create_album(alice, title="Sea", description="", visibility="private")
    photos = [make_photo(alice) for _ in range(5)]
    batch = done(alice, Kind.ADD_TO_ALBUM, photos, album=str(album.pk))
    assert outcomes(batch) == ["done"] * 3 + [reasons.ALBUM_FULL.code] * 2
    assert set(album.entries.values_list("photo_id", flat=True)) == {photo.pk for photo in photos[:3]}
    taken_back(batch)
    assert not album.entries.exists()


def test_album__of_another_person_is_gone(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    album = create_album(bob, title="Sea", description="", visibility="private")
    batch = done(alice, Kind.ADD_TO_ALBUM, [make_photo(alice)], album=str(album.pk))
    assert outcomes(batch) == [reasons.ALBUM_GONE.code]
    assert not AlbumEntry.objects.exists()


def test_dates__are_shifted_and_back(alice: User, make_photo: PhotoFactory) -> None:
    noon = datetime(2019, 5, 31, 12)  # noqa: DTZ001 - a wall clock
    photos = [make_photo(alice, taken_local=noon + timedelta(hours=number)) for number in range(3)]
    batch = done(alice, Kind.SHIFT_DATE, [*photos, make_photo(alice)], seconds=12 * 3600)
    assert outcomes(batch) == ["done"] * 3 + [reasons.NO_DATE.code]
    # What was shifted since stays so.
    later = done(alice, Kind.SHIFT_DATE, photos[:1], seconds=60)
    taken_back(batch)
    rows = Photo.objects.filter(taken_local__isnull=False).order_by("taken_local")
    clocks = [noon + timedelta(minutes=1), noon + timedelta(hours=1), noon + timedelta(hours=2)]
    assert list(rows.values_list("taken_local", flat=True)) == clocks
    taken_back(later)
    assert not Photo.objects.filter(is_date_corrected=True).exists()
    assert not actions.can_undo(done(alice, Kind.SHIFT_DATE, photos, seconds=0))


def test_dates__are_set_and_back(alice: User, make_photo: PhotoFactory) -> None:
    noon = datetime(2019, 5, 31, 12)  # noqa: DTZ001 - a wall clock
    scan, corrected, plain = make_photo(alice), make_photo(alice, taken_local=noon), make_photo(alice)
    done(alice, Kind.SET_DATE, [corrected], date={"wall": "1974-07-01T12:00:00", "offset": "+01:00"})
    said = {"wall": "1958-01-01T12:00:00", "offset": ""}
    batch = done(alice, Kind.SET_DATE, [scan, corrected], date=said)
    years = [
        (date.year, at and at.year)
        for date, at in Photo.objects.filter(taken_local__isnull=False).values_list("taken_local", "taken_at")
    ]
    assert years == [(1958, None), (1958, None)]
    taken_back(batch)
    for photo in (scan, corrected, plain):
        photo.refresh_from_db()
    assert (scan.taken_local, corrected.taken_local, plain.taken_local) == (
        None,
        datetime(1974, 7, 1, 12),  # noqa: DTZ001
        None,
    )
    assert corrected.taken_at == datetime(1974, 7, 1, 11, tzinfo=UTC)
    done(alice, Kind.SET_DATE, [corrected], date=None)
    corrected.refresh_from_db()
    assert (corrected.taken_local, corrected.taken_at) == (noon, None)


def test_photos__are_rotated_and_back(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice), make_photo(alice, quarter_turns=3)]
    batch = done(alice, Kind.ROTATE_LEFT, [*photos, make_photo(alice, State.FAILED)])
    assert outcomes(batch) == ["done", "done", reasons.CONFLICT.code]
    assert [rotation_of(Photo.objects.get(pk=photo.pk)) for photo in photos] == [270, 180]
    taken_back(batch)
    assert [rotation_of(Photo.objects.get(pk=photo.pk)) for photo in photos] == [0, 270]


def test_purge__is_of_the_trash_only_and_for_good(alice: User, make_photo: PhotoFactory) -> None:
    trashed, kept = make_photo(alice, trashed_at=timezone.now()), make_photo(alice)
    batch = done(alice, Kind.PURGE, [trashed, kept])
    assert outcomes(batch) == ["done", reasons.NOT_IN_TRASH.code]
    assert DeletionRecord.objects.filter(photo_id=trashed.pk).exists()
    assert not actions.can_undo(batch)
    with pytest.raises(actions.Refused, match=reasons.CANNOT_UNDO.code):
        actions.undo(batch)


def test_batch__goes_on_where_it_stopped(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice) for _ in range(5)]
    batch = actions.start(alice, Kind.TRASH, [photo.pk for photo in photos])
    assert not actions.advance(batch, has_time=only(2))
    assert Photo.objects.owned_by(alice).trashed().count() == 2
    assert actions.advance(batch, has_time=always)
    assert outcomes(batch) == ["done"] * 5


def test_batch__that_died_changes_no_photo_twice(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(3)]
    batch = actions.start(alice, Kind.ADD_TAGS, [photo.pk for photo in photos], tags=["sea"])

    def dies() -> None:
        raise OSError("the process died")

    with pytest.raises(OSError, match="died"), just_before('UPDATE "batches_batchphoto"', dies):
        actions.advance(batch, has_time=always)
    assert tags_of([photo.pk for photo in photos]) == {}
    Batch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert actions.advance(batch, has_time=always)
    assert actions.progress_of(batch).done == 3


def test_batch__has_one_worker_at_a_time(alice: User, make_photo: PhotoFactory) -> None:
    batch = actions.start(alice, Kind.TRASH, [make_photo(alice).pk])
    Batch.objects.update(leased_until=timezone.now() + timedelta(seconds=5))
    assert not actions.advance(batch, has_time=always)
    assert outcomes(batch) == [""]


def test_cancel__keeps_what_was_done_and_undo_takes_it_back(alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice) for _ in range(4)]
    batch = actions.start(alice, Kind.TRASH, [photo.pk for photo in photos])
    actions.advance(batch, has_time=only(2))
    actions.cancel(batch)
    assert actions.advance(batch, has_time=always)
    assert Photo.objects.owned_by(alice).trashed().count() == 2
    batch.refresh_from_db()
    undo = taken_back(batch)
    assert undo.photos.count() == 2
    assert not Photo.objects.owned_by(alice).trashed().exists()


def test_undo__twice_is_one(alice: User, make_photo: PhotoFactory) -> None:
    batch = done(alice, Kind.TRASH, [make_photo(alice)])
    assert actions.undo(batch).pk == actions.undo(batch).pk
    assert not actions.can_undo(batch)


def test_start__refuses_nothing_too_many_and_too_many_at_once(alice: User, make_photo: PhotoFactory) -> None:
    with pytest.raises(actions.Refused, match=reasons.NOTHING_CHOSEN.code):
        actions.start(alice, Kind.TRASH, [])
    with pytest.raises(actions.Refused, match=reasons.TOO_MANY_CHOSEN.code):
        actions.start(alice, Kind.TRASH, [uuid4() for _ in range(actions.MAX_PHOTOS + 1)])
    for _ in range(actions.MOST_UNFINISHED):
        actions.start(alice, Kind.TRASH, [make_photo(alice).pk])
    with pytest.raises(actions.Refused, match=reasons.TOO_MANY_BATCHES.code):
        actions.start(alice, Kind.TRASH, [make_photo(alice).pk])


def test_start__has_a_limit_of_photos_in_an_hour(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PHOTOS_PER_HOUR", Limit("batch-photos", 60, timedelta(hours=1), burst=10))
    actions.start(alice, Kind.TRASH, [uuid4() for _ in range(7)])
    with pytest.raises(actions.Refused, match=reasons.TOO_FAST.code) as refused:
        actions.start(alice, Kind.TRASH, [uuid4() for _ in range(4)])
    assert 0 < refused.value.wait_seconds <= 60
    assert Batch.objects.count() == 1


def test_undo__counts_as_well(alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PHOTOS_PER_HOUR", Limit("batch-photos", 60, timedelta(hours=1), burst=5))
    batch = done(alice, Kind.TRASH, [make_photo(alice) for _ in range(2)])
    undo = taken_back(batch)
    with pytest.raises(actions.Refused, match=reasons.TOO_FAST.code):
        actions.undo(undo)


def test_visibility__of_a_blocked_owner_stays(alice: User, admin: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    assert block(alice, by=admin, reason="Spam")
    batch = done(alice, Kind.SET_VISIBILITY, [photo], visibility="public")
    assert outcomes(batch) == [reasons.ACCOUNT_BLOCKED.code]
    photo.refresh_from_db()
    assert photo.visibility == Visibility.PRIVATE


@pytest.mark.usefixtures("moto_aws")
def test_sweep__goes_on_when_the_page_was_closed(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    hers = actions.start(alice, Kind.TRASH, [make_photo(alice).pk for _ in range(60)])
    his = actions.start(bob, Kind.TRASH, [make_photo(bob).pk])
    report = sweep()
    assert report.done["batches"] == 61
    for batch in (hers, his):
        batch.refresh_from_db()
        assert batch.finished_at


def test_next_to_continue__takes_turns_and_leaves_closed_accounts(
    alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    hers = actions.start(alice, Kind.TRASH, [make_photo(alice).pk for _ in range(3)])
    his = actions.start(bob, Kind.PURGE, [make_photo(bob).pk for _ in range(3)])
    actions.advance(hers, has_time=only(1))
    assert actions.next_to_continue(may_remove=True) == his
    assert actions.next_to_continue(may_remove=False) == hers
    alice.is_active = False
    alice.save()
    assert actions.next_to_continue(may_remove=False) is None


def test_forget__what_was_finished_a_week_ago(alice: User, make_photo: PhotoFactory) -> None:
    batch = done(alice, Kind.TRASH, [make_photo(alice)])
    now = timezone.now()
    assert actions.forget_old(now + actions.KEPT - timedelta(minutes=1)) == 0
    assert actions.forget_old(now + actions.KEPT + timedelta(minutes=1)) == 1
    assert not BatchPhoto.objects.filter(batch=batch.pk).exists()
