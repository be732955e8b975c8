"""Runs of the scheduled job at a later time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import pytest
from django.utils import timezone

from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_pending
from gallery.notifications.send import send_due

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.notifications.send import SendReport


class Schedule(Protocol):
    """Queues and sends, at a later time."""

    def __call__(self, **later: float) -> SendReport: ...


@pytest.fixture
def run_schedule() -> Schedule:
    """Return a function that runs the scheduled job later, by arguments of ``timedelta``."""

    def run(**later: float) -> SendReport:
        now = timezone.now() + timedelta(**later)
        queue_pending(now)
        return send_due(now)

    return run


@pytest.fixture
def eager_alice(alice: User) -> User:
    """Return Alice, who wants email at once."""
    choose(alice, Rhythm.AT_ONCE)
    return alice
