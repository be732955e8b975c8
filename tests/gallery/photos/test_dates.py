"""The owner corrects a date of capture, shifts it, and goes back to the file's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.photos import actions, timeline
from gallery.photos.actions import Outcome
from gallery.photos.dates import (
    EARLIEST,
    LATEST,
    WALL_PATTERN,
    Date,
    date_of_file,
    date_of_photo,
    date_said,
    set_date,
    shift_date,
    text_of,
)
from gallery.photos.models import Photo
from gallery.photos.months import months_of, recount_months
from gallery.photos.states import WITHOUT_PICTURE, State
from gallery.processing.settle import settle
from gallery.search.find import page_of_matching
from gallery.search.query import parse
from gallery.storage.catalogue import Reading
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import FileFactory, PhotoFactory

MAY = datetime(2019, 5, 31, 23, 59, 30, 250_000)  # noqa: DTZ001 - a wall clock
SCAN = datetime(1958, 1, 1, 12)  # noqa: DTZ001
HOUR = timedelta(hours=1)
# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def months(owner: User) -> dict[str, int]:
    assert recount_months(owner, repair=False) == []
    return {month.name: month.count for month in months_of(owner)}


def found(owner: User, words: str) -> list[Photo]:
    return list(page_of_matching(Photo.objects.owned_by(owner), parse(words), owner, cursor="").photos)


@PATIENT
@given(st.datetimes(EARLIEST, LATEST - timedelta(microseconds=1)), st.integers(-1439, 1439) | st.none())
def test_date_said__any_date_as_it_is_written(wall: datetime, minutes: int | None) -> None:
    date = Date(wall, None if minutes is None else timedelta(minutes=minutes))
    assert date_said(**text_of(date)) == date
    assert re.fullmatch(WALL_PATTERN, wall.isoformat())


@PATIENT
@given(st.from_regex(WALL_PATTERN, fullmatch=True))
def test_date_said__whatever_the_description_allows(text: str) -> None:
    assert EARLIEST <= date_said(text).wall < LATEST


@pytest.mark.parametrize(
    "wall",
    ["", "2026-02-29T12:00", "2100-02-29T12:00", "1799-12-31T12:00", "2200-01-01T00:00", "2026-05-01", "x",
     "2026-04-31T12:00:00", "2026-05-01T24:00", "2026-05-01T12:00:00+02:00", "2026-05-01T12:00:00\n"],
)  # fmt: skip
def test_date_said__no_date(wall: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        date_said(wall)


@pytest.mark.parametrize("offset", ["2", "+2:00", "+24:00", "Z", "+02:00:30", "+02:00\n"])
def test_date_said__no_offset(offset: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        date_said("2026-05-01T12:00", offset)


def test_set_date__moves_the_photo_everywhere_and_back(alice: User, make_photo: PhotoFactory) -> None:
    other = make_photo(alice, taken_local=datetime(2000, 1, 1))  # noqa: DTZ001
    photo = make_photo(alice, taken_local=MAY, taken_at=datetime(2019, 5, 31, 21, 59, 30, 250_000, UTC))
    assert months(alice) == {"2019-05": 1, "2000-01": 1}
    assert set_date(photo.pk, Date(SCAN, HOUR)) == (Outcome.DONE, None)
    photo.refresh_from_db()
    assert (photo.taken_local, photo.taken_at) == (SCAN, datetime(1958, 1, 1, 11, tzinfo=UTC))
    assert date_of_file(photo) == Date(MAY, 2 * HOUR)
    assert months(alice) == {"2000-01": 1, "1958-01": 1}
    assert timeline.page_on_timeline(Photo.objects.owned_by(alice)).photos == [other, photo]
    assert found(alice, "from:1958 until:1959") == [photo]
    assert found(alice, "from:2019") == []
    assert set_date(photo.pk, None) == (Outcome.DONE, Date(SCAN, HOUR))
    photo.refresh_from_db()
    assert date_of_photo(photo) == Date(MAY, 2 * HOUR)
    assert (photo.is_date_corrected, date_of_file(photo)) == (False, None)
    assert months(alice) == {"2019-05": 1, "2000-01": 1}
    assert found(alice, "from:2019") == [photo]


def test_set_date__what_the_file_says_is_no_correction(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY)
    set_date(photo.pk, Date(SCAN))
    set_date(photo.pk, Date(MAY))
    photo.refresh_from_db()
    assert (photo.is_date_corrected, photo.file_taken_local) == (False, None)
    # The same clock elsewhere is another time.
    set_date(photo.pk, Date(MAY, HOUR))
    photo.refresh_from_db()
    assert photo.is_date_corrected


def test_set_date__of_a_photo_without_one(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    uploaded = f"{photo.created_at:%Y-%m}"
    set_date(photo.pk, Date(SCAN))
    assert months(alice) == {"1958-01": 1}
    set_date(photo.pk, None)
    photo.refresh_from_db()
    assert (photo.taken_local, photo.is_date_corrected) == (None, False)
    assert months(alice) == {uploaded: 1}


def test_correction__survives_what_the_worker_reads_again(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY, processed_at=timezone.now(), format="JPEG")
    key = photo.stack_key
    set_date(photo.pk, Date(SCAN))
    item = ready_item(
        photo, metadata={"taken_at": "2020-02-02T02:02:02+01:00"}, processed_at="2999-01-01T00:00:00Z"
    )
    reading = Reading(items={photo.pk: item}, imports={}, complete=True)
    assert settle([photo.pk], reading=reading) == {photo.pk}
    photo.refresh_from_db()
    assert date_of_photo(photo) == Date(SCAN)
    assert date_of_file(photo) == Date(datetime(2020, 2, 2, 2, 2, 2), HOUR)  # noqa: DTZ001
    assert photo.stack_key != key, "the worker read another date, by which raws are found"
    assert months(alice) == {"1958-01": 1}
    set_date(photo.pk, None)
    photo.refresh_from_db()
    assert date_of_photo(photo) == Date(datetime(2020, 2, 2, 2, 2, 2), HOUR)  # noqa: DTZ001


def test_settle__a_newer_date_of_the_file_is_found(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY, processed_at=timezone.now(), format="JPEG")
    item = ready_item(
        photo, metadata={"taken_at": "2020-02-02T02:02:02"}, processed_at="2999-01-01T00:00:00Z"
    )
    settle([photo.pk], reading=Reading(items={photo.pk: item}, imports={}, complete=True))
    assert found(alice, "from:2020-02") == [photo]
    assert months(alice) == {"2020-02": 1}


def test_shift__keeps_fractions_and_the_offset(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY, taken_at=datetime(2019, 5, 31, 21, 59, 30, 250_000, UTC))
    assert shift_date(photo.pk, timedelta(minutes=1)) is Outcome.DONE
    photo.refresh_from_db()
    assert date_of_photo(photo) == Date(datetime(2019, 6, 1, 0, 0, 30, 250_000), 2 * HOUR)  # noqa: DTZ001
    assert months(alice) == {"2019-06": 1}
    shift_date(photo.pk, timedelta(minutes=-1))
    photo.refresh_from_db()
    assert not photo.is_date_corrected


def test_shift__refuses_what_it_cannot_shift(alice: User, make_photo: PhotoFactory) -> None:
    assert shift_date(make_photo(alice).pk, HOUR) is Outcome.NO_DATE
    photo = make_photo(alice, taken_local=MAY)
    for days in (-81_000, 81_000, -900_000, 3_600_000):
        assert shift_date(photo.pk, timedelta(days=days)) is Outcome.DATE_OUT_OF_RANGE
    gone = make_photo(alice, State.REJECTED, taken_local=MAY, taken_down_at=timezone.now())
    assert shift_date(gone.pk, HOUR) is Outcome.TAKEN_DOWN
    for state in WITHOUT_PICTURE:
        assert set_date(make_photo(alice, state).pk, Date(SCAN)) == (Outcome.CONFLICT, None)
    assert not Photo.objects.filter(is_date_corrected=True).exists()


def test_shift__raws_under_the_photo_stay_with_it(alice: User, file: FileFactory) -> None:
    jpeg, raw = file("JPEG"), file("CR3")
    apart = file("CR3", name="IMG_9.CR3")
    shift_date(jpeg.pk, HOUR)
    for photo in (jpeg, raw, apart):
        photo.refresh_from_db()
    assert raw.taken_local == jpeg.taken_local != apart.taken_local
    assert list(Photo.objects.stacked_under(jpeg.pk)) == [raw]
    assert months(alice) == {"2026-05": 3}


def test_set_date__in_the_trash_counts_when_restored(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=MAY)
    actions.trash(photo.pk, actor=alice)
    set_date(photo.pk, Date(SCAN))
    assert months(alice) == {}
    actions.restore(photo.pk, actor=alice)
    assert months(alice) == {"1958-01": 1}


def test_set__a_raw_of_another_date_keeps_it(alice: User, file: FileFactory) -> None:
    jpeg, raw = file("JPEG"), file("CR3")
    own = Date(datetime(2020, 1, 1))  # noqa: DTZ001 - a wall clock
    set_date(raw.pk, own)
    _, before = set_date(jpeg.pk, Date(datetime(2021, 1, 1)))  # noqa: DTZ001
    set_date(jpeg.pk, before)
    raw.refresh_from_db()
    assert (raw.taken_local, raw.is_date_corrected) == (own.wall, True)


def test_set__a_raw_with_another_fraction_of_a_second_goes_along(alice: User, file: FileFactory) -> None:
    jpeg, raw = file("JPEG"), file("CR3")
    assert jpeg.taken_local
    Photo.objects.filter(pk=raw.pk).update(taken_local=jpeg.taken_local.replace(microsecond=120_000))
    shift_date(jpeg.pk, timedelta(hours=1))
    raw.refresh_from_db()
    assert raw.taken_local == jpeg.taken_local.replace(microsecond=120_000) + timedelta(hours=1)


def test_batch__shifts_a_raw_once_if_both_are_named(alice: User, file: FileFactory) -> None:
    jpeg, raw = file("JPEG"), file("CR3")
    assert jpeg.taken_local
    batch = batches.start(alice, Kind.SHIFT_DATE, [raw.pk, jpeg.pk], seconds=3600)
    batches.advance(batch, has_time=lambda: True)
    for photo in (jpeg, raw):
        before = photo.taken_local
        photo.refresh_from_db()
        assert before
        assert photo.taken_local == before + timedelta(hours=1)
