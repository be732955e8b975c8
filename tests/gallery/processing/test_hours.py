"""Hours that are over are counted once, and kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing import hours
from gallery.processing.models import ProcessedHour

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 29, 10, 45, tzinfo=UTC)


@pytest.fixture
def processed(alice: User, make_photo: PhotoFactory) -> Callable[..., Photo]:
    """Return a maker of photos processed at an instant, three seconds after their upload."""

    def make(at: datetime, **fields: Any) -> Photo:
        return make_photo(
            alice, processed_at=at, created_at=at - timedelta(seconds=3), **({"size_bytes": 7} | fields)
        )

    return make


def close_all(now: datetime) -> int:
    return sum(iter(lambda: hours.close(now), 0))


def test_close__keeps_what_is_over(processed: Callable[..., Photo]) -> None:
    at = NOW - timedelta(hours=3)
    processed(at)
    processed(at + timedelta(minutes=1), state=State.FAILED, reason="damaged")
    hours.close(NOW)
    kept = ProcessedHour.objects.get(processed__gt=0)
    assert kept.starts_at == datetime(2026, 11, 29, 7, tzinfo=UTC)
    assert (kept.processed, kept.readable, kept.failed, kept.size_bytes) == (2, 1, 1, 14)
    assert kept.wait_seconds == pytest.approx(3.0)
    assert kept.failures == {"damaged": 1}


def test_close__no_one_waited_for_what_was_processed_again(processed: Callable[..., Photo]) -> None:
    at = NOW - timedelta(hours=3)
    processed(at)
    again = processed(at)
    Photo.objects.filter(pk=again.pk).update(created_at=at - timedelta(days=400))
    hours.close(NOW)
    kept = ProcessedHour.objects.get(processed__gt=0)
    assert (kept.processed, kept.readable, kept.size_bytes) == (2, 1, 14)
    assert kept.wait_seconds == pytest.approx(3.0)


def test_close__waits_for_hours_that_may_still_get_photos() -> None:
    hours.close(NOW)
    latest = ProcessedHour.objects.latest("starts_at")
    assert latest.starts_at + hours.HOUR == datetime(2026, 11, 29, 9, tzinfo=UTC)


def test_close__takes_two_days_at_once_and_forgets_old_ones() -> None:
    assert hours.close(NOW) == hours.HOURS_AT_ONCE
    assert close_all(NOW) == hours.KEPT // hours.HOUR - 2 - hours.HOURS_AT_ONCE + 1
    assert hours.close(NOW) == 0
    later = NOW + timedelta(days=3)
    close_all(later)
    assert ProcessedHour.objects.earliest("starts_at").starts_at == hours.start_of_hour(later - hours.KEPT)


def test_between__counts_what_is_not_kept_and_each_photo_once(
    processed: Callable[..., Photo], django_assert_num_queries: Any
) -> None:
    for back in range(0, 40 * 60, 55):
        processed(NOW - timedelta(minutes=back))
    first = NOW - timedelta(hours=30)
    before = [(hour.starts_at, hour.processed) for hour in hours.between(first, NOW)]
    hours.close(NOW)
    with django_assert_num_queries(3):
        after = [(hour.starts_at, hour.processed) for hour in hours.between(first, NOW)]
    assert after == before
    in_span = Photo.objects.filter(processed_at__gte=hours.start_of_hour(first), processed_at__lte=NOW)
    assert sum(count for _, count in after) == in_span.count()
    assert len(after) == 31


def test_between__a_kept_hour_does_not_change(processed: Callable[..., Photo]) -> None:
    photo = processed(NOW - timedelta(hours=5))
    hours.close(NOW)
    Photo.objects.filter(pk=photo.pk).update(processed_at=NOW)
    counts = {hour.starts_at.hour: hour.processed for hour in hours.between(NOW - timedelta(hours=6), NOW)}
    assert (counts[5], counts[10]) == (1, 1)


def test_between__reads_only_gaps(processed: Callable[..., Photo], django_assert_num_queries: Any) -> None:
    close_all(NOW)
    ProcessedHour.objects.filter(starts_at=datetime(2026, 11, 20, 3, tzinfo=UTC)).delete()
    processed(datetime(2026, 11, 20, 3, 30, tzinfo=UTC))
    with django_assert_num_queries(1 + 2 * 2):
        found = hours.between(NOW - timedelta(days=20), NOW)
    assert sum(hour.processed for hour in found) == 1
