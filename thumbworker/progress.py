"""One photo on its way through a batch: read, decode, write, and the log line that sums them up."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from thumbworker import metrics
from thumbworker.imaging import Refused
from thumbworker.interfaces import StoreUnavailable
from thumbworker.log import ERROR, INFO, WARNING, traceback_of
from thumbworker.reconcile import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from thumbworker.imaging import Picture
    from thumbworker.messages import Job
    from thumbworker.reconcile import Decoded, Reconciliation, Result

    Decoder = Callable[[bytes, int], Picture]
    """Takes an original and the quarter turns clockwise to turn it by."""

UNAVAILABLE, POSTPONED, CRASHED = "unavailable", "postponed", "crashed"
LEVELS = {UNAVAILABLE: WARNING, POSTPONED: WARNING, CRASHED: ERROR}
"""Log levels of the outcomes whose messages must come again; all other outcomes are ``info``."""
COUNTED = {UNAVAILABLE: metrics.UNAVAILABLE, CRASHED: metrics.CRASHED}
"""The metrics of those that ring an alarm."""


@dataclass(slots=True)
class Progress:
    """One job under way. Call ``read``, ``decode`` and ``write`` in this order, each on any thread.

    No method raises: whatever stops a photo becomes its outcome and stops no other photo.
    """

    job: Job
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    outcome: str = ""
    _steps: Reconciliation | None = None
    _data: bytes | None = None
    _turns: int = 0
    _decoded: Decoded = None
    _correlation_id: str = ""
    _reason: str = ""
    _detail: str = ""
    _seconds: dict[str, float] = field(default_factory=dict)
    """Duration of each step by the name of its metric."""
    _decoder_seconds: dict[str, float] = field(default_factory=dict)
    """Durations within the decoder."""
    _metrics: dict[str, Any] = field(default_factory=dict)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Record when the work began and how long the job's messages had waited until then."""
        self._began = self.clock()
        if self.job.sent_at:
            self._metrics[metrics.QUEUE_AGE] = metrics.milliseconds(self.now() - self.job.sent_at)

    @property
    def failed(self) -> bool:
        """Return whether the job's messages must come again."""
        return self.outcome in LEVELS

    def read(self, steps: Reconciliation) -> Progress:
        """Read what is stored now."""
        self._steps = steps
        with self._step(metrics.READ):
            observed = next(steps)
            self._data, self._correlation_id = observed.data, observed.correlation_id
            self._turns = observed.quarter_turns
        return self

    def decode(self, decoder: Decoder) -> None:
        """Decode the original, if there is one to decode."""
        data, self._data = self._data, None  # frees the bytes as soon as the decoder is done
        if data is None:
            return
        with self._step(metrics.DECODE):
            try:
                self._decoded = picture = decoder(data, self._turns)
                self._decoder_seconds = picture.timings
            except Refused as refusal:
                self._decoded, self._detail = refusal, refusal.detail

    def write(self) -> Progress:
        """Write what has to change, unless an earlier step failed."""
        if self._steps is not None:
            with self._step(metrics.WRITE):
                try:
                    self._steps.send(self._decoded)
                except StopIteration as end:
                    self._finish(end.value)
        self._decoded = None
        self._seconds[metrics.TOTAL] = self.clock() - self._began
        return self

    def postpone(self, reason: str) -> Progress:
        """Leave the photo to a later batch."""
        self._fail(POSTPONED, reason)
        return self

    def line(self, request_id: str) -> dict[str, Any]:
        """Return the photo's one log line; flat, and with each metric once."""
        return {
            "level": LEVELS.get(self.outcome, INFO),
            "photo_id": str(self.job.request.photo_id),
            "outcome": self.outcome,
            "reason": self._reason,
            "correlation_id": self._correlation_id,
            "request_id": request_id,
            "receive_count": self.job.receive_count,
            "nudged": self.job.request.nudged,
            "detail": self._detail,
            **self._durations(),
            **self._metrics,
        }

    @contextmanager
    def _step(self, metric: str) -> Iterator[None]:
        """Time a step, and turn whatever stops it into the photo's outcome."""
        began = self.clock()
        try:
            yield
        except StoreUnavailable as error:
            self._fail(UNAVAILABLE, str(error))
        except Exception as error:  # noqa: BLE001 - a defect of ours must not fail nine good photos
            self._fail(CRASHED, type(error).__name__, traceback_of(error))
        finally:
            self._seconds[metric] = self.clock() - began

    def _fail(self, outcome: str, reason: str, detail: str = "") -> None:
        self.outcome, self._reason, self._detail = outcome, reason, detail
        # Nothing is written from here on: an original that could not be read must not count as deleted.
        self._steps = self._data = None
        for name in (metrics.PROCESSED, metrics.FAILED, metrics.REASON):
            self._metrics.pop(name, None)
        if outcome in COUNTED:
            self._metrics[COUNTED[outcome]] = 1

    def _finish(self, result: Result) -> None:
        self.outcome = str(result.outcome)
        if result.item is None:
            return
        self._reason = result.item.reason
        self._correlation_id = result.item.correlation_id
        if result.outcome is Outcome.READY:
            self._metrics |= metrics.processed()
        elif result.outcome is Outcome.FAILED:
            self._metrics |= metrics.failed(result.item.reason)
        else:
            return
        if not self.job.request.nudged:
            # A nudge may come years after the upload: no one waited that long.
            self._metrics[metrics.UPLOAD_TO_DONE] = metrics.milliseconds(
                self.now() - datetime.fromisoformat(result.item.uploaded_at).timestamp()
            )

    def _durations(self) -> dict[str, float]:
        """Return each step as a metric, and the decoder's own steps as plain numbers."""
        steps, decoder = dict(self._seconds), dict(self._decoder_seconds)
        if "encode" in decoder:
            # The decoder also encodes; apart, the two metrics show which of them became slow.
            steps[metrics.ENCODE] = decoder.pop("encode")
            steps[metrics.DECODE] -= steps[metrics.ENCODE]
        return {f"decode_{name}_ms": metrics.milliseconds(seconds) for name, seconds in decoder.items()} | {
            name: metrics.milliseconds(seconds) for name, seconds in steps.items()
        }
