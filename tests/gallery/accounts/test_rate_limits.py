"""One limiter for sign-ups, emails and the API."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gallery.accounts.models import RateLimit
from gallery.accounts.rate_limits import Limit, delete_idle, is_allowed, retry_after_seconds

if TYPE_CHECKING:
    from tests.gallery.conftest import JustBefore

pytestmark = pytest.mark.django_db

LIMIT = Limit("knocks", 2, timedelta(minutes=10), burst=2)


def let_time_pass(seconds: float) -> None:
    for row in RateLimit.objects.all():
        RateLimit.objects.filter(pk=row.pk).update(busy_until=row.busy_until - int(seconds * 1_000_000))


def test_is_allowed__counts_up_to_the_burst() -> None:
    assert [is_allowed(LIMIT, "192.0.2.1") for _ in range(4)] == [True, True, False, False]


def test_is_allowed__counts_subjects_and_limits_separately() -> None:
    for _ in range(3):
        is_allowed(LIMIT, "192.0.2.1")
    assert is_allowed(LIMIT, "192.0.2.2")
    assert is_allowed(Limit("bells", 1, timedelta(minutes=10), burst=1), "192.0.2.1")


def test_is_allowed__unknown_subjects_share_one_count() -> None:
    assert [is_allowed(LIMIT, None), is_allowed(LIMIT, ""), is_allowed(LIMIT, None)] == [True, True, False]


def test_retry_after_seconds__frees_one_place_per_interval() -> None:
    assert retry_after_seconds(LIMIT, "a", cost=2) == 0
    wait = retry_after_seconds(LIMIT, "a")
    assert 299 <= wait <= 300
    let_time_pass(wait)
    assert retry_after_seconds(LIMIT, "a") == 0
    assert retry_after_seconds(LIMIT, "a") > 0


def test_retry_after_seconds__a_refused_request_does_not_prolong_the_wait() -> None:
    retry_after_seconds(LIMIT, "a", cost=2)
    waits = [retry_after_seconds(LIMIT, "a") for _ in range(10)]
    assert max(waits) - min(waits) <= 1


def test_retry_after_seconds__a_cost_above_the_burst_takes_the_burst() -> None:
    assert retry_after_seconds(LIMIT, "a", cost=100) == 0
    assert retry_after_seconds(LIMIT, "a", cost=100) > 0


def test_rate_limit__stores_no_subject() -> None:
    is_allowed(LIMIT, "alice@example.org")
    assert "alice" not in str(vars(RateLimit.objects.get()))


def test_delete_idle__removes_rows_that_limit_nothing() -> None:
    is_allowed(LIMIT, "a")
    assert delete_idle(time.time()) == 0
    assert delete_idle(time.time() + 301) == 1


def test_retry_after_seconds__of_two_first_requests_neither_waits(just_before: JustBefore) -> None:
    other = []
    with just_before("SELECT", lambda: other.append(retry_after_seconds(LIMIT, "a"))):
        assert retry_after_seconds(LIMIT, "a") == 0
    assert other == [0]
    assert retry_after_seconds(LIMIT, "a") > 0
