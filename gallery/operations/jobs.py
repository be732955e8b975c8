"""What a schedule starts, by the names in ``zappa_settings.json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from django.conf import settings

from gallery.api.housekeeping import forget
from gallery.core.metrics import measure
from gallery.notifications.queue import queue_pending
from gallery.notifications.send import send_due
from gallery.operations import doctor
from gallery.processing import sweep as photos_sweep
from gallery.processing.account_deletion import finish_deletions

logger = structlog.get_logger(__name__)


def sweep(_event: object = None, _context: object = None) -> dict[str, Any]:
    """Sweep once; return and log what was done, and count it for the alarms."""
    accounts_gone = finish_deletions()
    report = photos_sweep.sweep()
    found = asdict(report) | {"accounts_gone": accounts_gone, "api_rows_forgotten": forget()}
    logger.info("sweep_done", **found)
    measure(
        settings.STAGE,
        {
            "SweepRuns": 1,
            "SweepStopped": int(report.stopped),
            "SweepUnavailable": int(report.unavailable),
            "SweepNudged": report.nudged,
        },
    )
    return found


def examine(_event: object = None, _context: object = None) -> list[dict[str, Any]]:
    """Let doctor look, for whoever may invoke the function; return its findings."""
    return [asdict(finding) for finding in doctor.examine()]


def send_notifications(_event: object = None, _context: object = None) -> dict[str, Any]:
    """Queue and send the mails that are due; return and log what was done, and count it for the alarms."""
    checked = queue_pending()
    report = send_due()
    found = asdict(report) | {"checked": checked}
    logger.info("notifications_done", **found)
    measure(
        settings.STAGE,
        {
            "MailsSent": report.sent,
            "MailsRefused": report.refused,
            "MailUnavailable": int(report.unavailable),
        },
    )
    return found
