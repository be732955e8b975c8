"""The jobs that ``infra/schedules.yaml`` and deployments start, by their names."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone

from gallery.accounts import audit, emails, rate_limits
from gallery.api import idempotency
from gallery.core import database_waits
from gallery.core.metrics import measure
from gallery.duplicates.compare import compare_some
from gallery.inbox.take import take_some
from gallery.notifications import album_words, received
from gallery.notifications.queue import queue_pending
from gallery.notifications.send import send_due
from gallery.operations import doctor, release_migrations
from gallery.operations.remote_commands import SECONDS_TO_ANSWER, run_command
from gallery.processing import hours
from gallery.processing import sweep as photos_sweep
from gallery.search import reindex
from gallery.storage import time_limits
from thumbworker.contract.metrics import UNAVAILABLE

logger = structlog.get_logger(__name__)

COMPARE_UNTIL = 22.0
"""Seconds after which a sweep compares no more photos with each other: the function has 30."""
INBOX_UNTIL = 18.0
"""Seconds after which it takes no more files out of inboxes: one of 50 MB takes some."""


def sweep_all() -> dict[str, Any]:
    """Sweep API rows, accounts and photos once; return the counts and whether the sweep stopped early."""
    began = time.monotonic()
    # First, because they need no AWS call and little time.
    forgotten = idempotency.forget_old() + rate_limits.delete_idle(time.time()) + audit.delete_old()
    # What no response sent, for example because the process died.
    emails.send_queued()
    counts = asdict(photos_sweep.sweep()) | {"api_rows_forgotten": forgotten}
    counts["hours_kept"] = hours.close(timezone.now())
    with time_limits.limited(time_limits.of_job()):
        counts["search_texts_completed"] = reindex.complete_some()
        counts["inbox_taken"] = take_some(has_time=lambda: time.monotonic() - began < INBOX_UNTIL)
        # Last: it takes what time is left.
        counts["photos_compared"] = compare_some(has_time=lambda: time.monotonic() - began < COMPARE_UNTIL)
    return counts


def sweep(_event: object = None, _context: object = None) -> dict[str, Any]:
    """Sweep once; log, measure and return the counts."""
    counts = sweep_all()
    logger.info("sweep_done", **counts)
    measure(
        settings.STAGE,
        {
            "SweepRuns": 1,
            "SweepStopped": int(counts["stopped"]),
            # Where few people come, it is the sweep that meets a store that does not answer.
            UNAVAILABLE: int(counts["unavailable"]),
            "SweepNudged": counts["nudged"],
            "SweepDone": sum(counts["done"].values()),
            "SweepDue": sum(kind["due"] for kind in counts["backlog"]),
            "SweepOldestSeconds": max(kind["oldest_seconds"] for kind in counts["backlog"]),
        },
    )
    return counts


def examine(_event: object = None, _context: object = None) -> list[dict[str, Any]]:
    """Return doctor's findings to ``make status``, which invokes the function of a deployed release."""
    return [asdict(finding) for finding in doctor.check()]


def send_notifications(_event: object = None, _context: object = None) -> dict[str, Any]:
    """Queue and send the emails that are due; log, measure and return the counts."""
    checked = queue_pending()
    report = send_due()
    told = {"album_words": album_words.tell_owners(), "received": received.tell_owners()}
    emails.send_queued()
    counts = asdict(report) | {"checked": checked} | told
    logger.info("notifications_done", **counts)
    measure(
        settings.STAGE,
        {
            "MailsSent": report.sent,
            "MailsRefused": report.refused,
            "MailUnavailable": int(report.unavailable),
        },
    )
    return counts


def migrate(event: dict[str, Any], _context: object = None) -> list[str]:
    """Migrate for a deployment; return the contract migrations that wait for the next release."""
    database_waits.lift()
    return release_migrations.migrate(contract=bool(event.get("contract")))


def applied_contracts(_event: object = None, _context: object = None) -> list[str]:
    """Return the contract migrations that ran, for a rollback."""
    return release_migrations.applied_contracts()


def manage(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run ``manage.py`` with the event's ``arguments`` for ``make manage STAGE=…``."""
    seconds = context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_ANSWER
    return run_command([str(argument) for argument in event["arguments"]], seconds)
