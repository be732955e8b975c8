"""The worker's metrics, written into its own log lines.

Fields that begin with a capital letter are for CloudWatch: the metrics in ``UNITS`` and their dimensions.
All other fields are for people who read the log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker import log
from thumbworker.contract import metrics as contract
from thumbworker.contract.metrics import STAGE, directive, metadata

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTION, REASON = "Function", "Reason"
"""Dimensions besides the stage. CloudWatch bills each value: use none that grows with photos or people."""

PROCESSED, FAILED, CRASHED, UNAVAILABLE = "Processed", "Failed", "Crashed", contract.UNAVAILABLE
READ, DECODE, ENCODE, WRITE = (
    "LookMilliseconds",
    "DecodeMilliseconds",
    "EncodeMilliseconds",
    "RecordMilliseconds",
)
"""The steps of one photo. Two keep older names, which dashboards and alarms use."""
FETCH, TOTAL = "FetchMilliseconds", "TotalMilliseconds"
QUEUE_AGE, UPLOAD_TO_DONE = "QueueAgeMilliseconds", "UploadToDoneMilliseconds"
UNITS = dict.fromkeys((PROCESSED, FAILED, CRASHED, UNAVAILABLE), "Count") | dict.fromkeys(
    (READ, DECODE, ENCODE, WRITE, FETCH, TOTAL, QUEUE_AGE, UPLOAD_TO_DONE), "Milliseconds"
)


def milliseconds(seconds: float) -> float:
    """Return milliseconds to one decimal, at least 0: the clocks of two machines may disagree."""
    return round(max(seconds, 0.0) * 1000, 1)


def processed() -> dict[str, Any]:
    """Return the fields that count one success; ``Failed`` is 0, so its average is the failure rate."""
    return {PROCESSED: 1, FAILED: 0}


def failed(reason: str) -> dict[str, Any]:
    """Return the fields that count one failure under its reason code."""
    return {FAILED: 1, REASON: reason}


@dataclass(frozen=True, slots=True)
class MetricLog:
    """The log of one function in one stage; its lines carry their own metrics."""

    stage: str
    function: str
    write_line: Callable[[dict[str, Any]], None] = log.write_line
    now: Callable[[], float] = time.time

    def __call__(self, line: dict[str, Any]) -> None:
        """Write one line, with the description of its metrics if it has any."""
        units = {name: unit for name, unit in UNITS.items() if name in line}
        if units:
            directives = [directive((STAGE, FUNCTION), units)]
            if REASON in line:
                directives.append(directive((STAGE, FUNCTION, REASON), {FAILED: UNITS[FAILED]}))
            # One alarm for each of them covers all functions.
            if rung := {name: UNITS[name] for name in (CRASHED, UNAVAILABLE) if name in line}:
                directives.append(directive((STAGE,), rung))
            line = line | {STAGE: self.stage, FUNCTION: self.function}
            line |= metadata(*directives, now=self.now())
        self.write_line(line)
