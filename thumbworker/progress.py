"""One photo on its way through a batch: what is known of it, and the line that says so at the end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from thumbworker import metrics
from thumbworker.interfaces import StoreUnavailable
from thumbworker.journal import CRASHED, ERROR, INFO, WARNING, trace_of
from thumbworker.reconcile import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from thumbworker.messages import Job
    from thumbworker.reconcile import Result, Sight

UNAVAILABLE, POSTPONED = "unavailable", "postponed"
LEVELS = {UNAVAILABLE: WARNING, POSTPONED: WARNING, CRASHED: ERROR}
"""Of the outcomes whose messages must come again; all others are ``info``."""


@dataclass(slots=True)
class Progress:
    """One job under way: what was found, how long each phase took (seconds), and how it ended.

    ``steps`` are those of the decoder, within its phase.
    """

    job: Job
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    correlation_id: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    sight: Sight | None = None
    outcome: str = ""
    reason: str = ""
    detail: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Note when the work began, and how long its messages had waited until then."""
        self._began = self.clock()
        if self.job.sent_at:
            self.measured["QueueAgeMilliseconds"] = metrics.milliseconds(self.now() - self.job.sent_at)

    def see(self, sight: Sight) -> None:
        """Keep what the look found."""
        self.sight, self.correlation_id = sight, sight.correlation_id

    @property
    def failed(self) -> bool:
        """Tell whether the job's messages must come again."""
        return self.outcome in LEVELS

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase; whatever ends it before its time ends the work on this photo and on no other."""
        began = self.clock()
        try:
            yield
        except StoreUnavailable as fault:
            self._give_back(UNAVAILABLE, str(fault))
        except Exception as fault:  # noqa: BLE001 - a defect of ours must not take nine good photos along
            self._give_back(CRASHED, type(fault).__name__, trace_of(fault))
        finally:
            self.timings[name] = self.clock() - began

    def done(self) -> None:
        """Note how long all of it took."""
        self.timings["total"] = self.clock() - self._began

    def postpone(self, reason: str) -> None:
        """Leave the photo to a later batch."""
        self._give_back(POSTPONED, reason)

    def end(self, result: Result) -> None:
        """Adopt what came of it."""
        self.outcome = str(result.outcome)
        if result.item is None:
            return
        self.reason = result.item.reason
        self.correlation_id = result.item.correlation_id
        if result.outcome is Outcome.READY:
            self.measured |= metrics.processed()
        elif result.outcome is Outcome.FAILED:
            self.measured |= metrics.failed(result.item.reason)
        else:
            return
        if not self.job.request.nudged:
            # A nudge may come years after the upload; then this would be no waiting of anybody's.
            self.measured["UploadToDoneMilliseconds"] = metrics.milliseconds(
                self.now() - datetime.fromisoformat(result.item.uploaded_at).timestamp()
            )

    def line(self, request_id: str) -> dict[str, Any]:
        """Return the one log line of the photo; flat, and no metric stands in it twice."""
        return {
            "level": LEVELS.get(self.outcome, INFO),
            "photo_id": str(self.job.request.photo_id),
            "outcome": self.outcome,
            "reason": self.reason,
            "correlation_id": self.correlation_id,
            "request_id": request_id,
            "receive_count": self.job.receive_count,
            "nudged": self.job.request.nudged,
            "detail": self.detail,
            **self._durations(),
            **self.measured,
        }

    def _durations(self) -> dict[str, float]:
        """Return each phase as a metric, and the decoder's steps as plain numbers."""
        phases, steps = dict(self.timings), dict(self.steps)
        if "encode" in steps:
            # The decoder does both in one go; apart, they say which of the two became slow.
            phases["encode"] = steps.pop("encode")
            phases["decode"] -= phases["encode"]
        return {f"decode_{name}_ms": metrics.milliseconds(seconds) for name, seconds in steps.items()} | {
            f"{name.capitalize()}Milliseconds": metrics.milliseconds(seconds)
            for name, seconds in phases.items()
        }

    def _give_back(self, outcome: str, reason: str, detail: str = "") -> None:
        self.outcome, self.reason, self.detail = outcome, reason, detail
        # Without a sight nothing is recorded: what is unknown must not look like an original that is gone.
        self.sight = None
        for name in (metrics.PROCESSED, metrics.FAILED, metrics.REASON):
            self.measured.pop(name, None)
        if outcome == CRASHED:
            self.measured[metrics.CRASHED] = 1
