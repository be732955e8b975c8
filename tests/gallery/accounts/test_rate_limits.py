"""Limits on how often something may be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.accounts.models import Tally
from gallery.accounts.rate_limits import Limit, within

pytestmark = pytest.mark.django_db

LIMIT = Limit("knocks", 2, timedelta(minutes=10))


def test_it_allows_so_many_then_no_more() -> None:
    assert [within(LIMIT, "192.0.2.1") for _ in range(4)] == [True, True, False, False]


def test_subjects_and_limits_are_counted_apart() -> None:
    for _ in range(3):
        within(LIMIT, "192.0.2.1")
    assert within(LIMIT, "192.0.2.2")
    assert within(Limit("bells", 1, timedelta(minutes=10)), "192.0.2.1")


def test_it_starts_anew_when_the_time_is_over() -> None:
    now = timezone.now()
    for _ in range(3):
        within(LIMIT, "a", now=now)
    assert not within(LIMIT, "a", now=now + timedelta(minutes=9))
    assert within(LIMIT, "a", now=now + timedelta(minutes=11))


def test_it_names_nobody_and_forgets() -> None:
    within(LIMIT, "alice@example.org", now=timezone.now() - timedelta(days=2))
    assert "alice" not in str(vars(Tally.objects.get()))
    within(LIMIT, "bob@example.org")
    assert Tally.objects.count() == 1
