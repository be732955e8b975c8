"""Time that passes, and runs of the scheduled job."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import pytest
from django.utils import timezone

from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_untold
from gallery.notifications.send import send_due

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.notifications.send import SendReport


class Schedule(Protocol):
    """Queues and sends, so long after now."""

    def __call__(self, **later: float) -> SendReport: ...


@pytest.fixture
def run_schedule() -> Schedule:
    """Return one run of the scheduled job, later by what ``timedelta`` takes."""

    def run(**later: float) -> SendReport:
        now = timezone.now() + timedelta(**later)
        queue_untold(now)
        return send_due(now)

    return run


@pytest.fixture
def eager_alice(alice: User) -> User:
    """Return Alice, who wants to hear at once."""
    choose(alice, Rhythm.AT_ONCE)
    return alice
