"""Metrics that a log line carries itself: CloudWatch takes them out of it, without a call and a library.

What of a line begins with a capital letter is for CloudWatch: metrics by the names of ``UNITS`` and their
dimensions. Everything else is for readers of the log.

Reference: Amazon CloudWatch User Guide, "Specification: Embedded metric format". Its limits: a metric is
a number and a dimension a text beside ``_aws``; 100 metrics and 30 dimensions for each directive.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker import journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NAMESPACE = "Contactsheet"
STAGE, FUNCTION, REASON = "Stage", "Function", "Reason"
"""The dimensions. Each value of each costs a metric: nothing goes here that grows with photos or people."""

PROCESSED, FAILED, CRASHED = "Processed", "Failed", "Crashed"
UNITS = {
    PROCESSED: "Count",
    FAILED: "Count",
    CRASHED: "Count",
    "LookMilliseconds": "Milliseconds",
    "DecodeMilliseconds": "Milliseconds",
    "EncodeMilliseconds": "Milliseconds",
    "RecordMilliseconds": "Milliseconds",
    "FetchMilliseconds": "Milliseconds",
    "TotalMilliseconds": "Milliseconds",
    "QueueAgeMilliseconds": "Milliseconds",
    "UploadToDoneMilliseconds": "Milliseconds",
}


def milliseconds(seconds: float) -> float:
    """Return whole tenths of a millisecond, and never less than none: two clocks may disagree."""
    return round(max(seconds, 0.0) * 1000, 1)


def processed() -> dict[str, Any]:
    """Return what counts one success; it is no failure, so that an average of failures is their rate."""
    return {PROCESSED: 1, FAILED: 0}


def failed(reason: str) -> dict[str, Any]:
    """Return what counts one failure for its reason, which must be one of a short list."""
    return {FAILED: 1, REASON: reason}


@dataclass(frozen=True, slots=True)
class MeasuredJournal:
    """The log of one function of one stage, whose lines carry their metrics."""

    stage: str
    function: str
    write_line: Callable[[dict[str, Any]], None] = journal.write_line
    now: Callable[[], float] = time.time

    def __call__(self, line: dict[str, Any]) -> None:
        """Write one line; if it holds metrics, say so to CloudWatch."""
        self.write_line(line | self._description(line))

    def _description(self, line: Mapping[str, Any]) -> dict[str, Any]:
        found = [name for name in UNITS if name in line]
        if not found:
            return {}
        directives = [_directive((STAGE, FUNCTION), found)]
        if REASON in line:
            directives.append(_directive((STAGE, FUNCTION, REASON), [FAILED]))
        if CRASHED in line:
            directives.append(_directive((STAGE,), [CRASHED]))  # one alarm for all functions
        return {
            STAGE: self.stage,
            FUNCTION: self.function,
            "_aws": {"Timestamp": int(self.now() * 1000), "CloudWatchMetrics": directives},
        }


def _directive(dimensions: Iterable[str], names: Iterable[str]) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in names],
    }
