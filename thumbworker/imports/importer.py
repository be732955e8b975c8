"""Import the original of one photo: level-triggered, safe to run twice or in parallel."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from thumbworker import log
from thumbworker.contract.events import EventType, PhotoEvent, event_id, photo_url
from thumbworker.contract.imports import MAX_TRIES, ImportReason
from thumbworker.imports.errors import NotFetched
from thumbworker.interfaces import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.contract.imports import ImportRequest
    from thumbworker.imports.interfaces import Source, Stores

FAILED_STATUS = "FAILED"


class Outcome(StrEnum):
    """What one run of an import did."""

    COMPLETED = "completed"
    ALREADY_THERE = "already_there"
    NO_REQUEST = "no_request"
    ENDED_OR_LEASED = "ended_or_leased"
    FAILED = "failed"
    GAVE_UP = "gave_up"
    TRY_AGAIN = "try_again"
    UNAVAILABLE = "unavailable"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, the reason if something failed, and the duration of the fetch."""

    outcome: Outcome
    attempts: int = 0
    reason: str = ""
    detail: str = ""
    correlation_id: str = ""
    fetch_seconds: float = 0.0


def now_utc() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Importer:
    """Fetches the requested URL and stores the file as an original."""

    stores: Stores
    source: Source
    site_origin: str
    now: Callable[[], datetime] = now_utc
    clock: Callable[[], float] = time.monotonic

    def __call__(self, photo_id: UUID) -> Result:
        """Run one import as far as it will go; never raises, whatever stops it is the outcome."""
        correlation_id = ""
        try:
            request = self.stores.requests.get(photo_id)
            if request is None:
                return Result(Outcome.NO_REQUEST)
            correlation_id = request.correlation_id
            result = self._run(photo_id, request)
        except StoreUnavailable as error:
            result = Result(Outcome.UNAVAILABLE, reason=str(error))
        except Exception as error:  # noqa: BLE001 - a defect of ours must not fail other imports
            result = Result(Outcome.CRASHED, reason=type(error).__name__, detail=log.traceback_of(error))
        return replace(result, correlation_id=correlation_id)

    def _run(self, photo_id: UUID, request: ImportRequest) -> Result:
        if self.stores.originals.exists(photo_id):
            self.stores.import_items.finish(photo_id, None)
            return Result(Outcome.ALREADY_THERE)
        item = self.stores.import_items.begin(photo_id, correlation_id=request.correlation_id)
        if item is None:
            return Result(Outcome.ENDED_OR_LEASED)
        if self.now() >= datetime.fromisoformat(request.begin_before):
            return self._fail(photo_id, request, NotFetched(ImportReason.EXPIRED), item.attempts)
        if item.attempts > MAX_TRIES:
            # Earlier tries died with their function and could not store a reason.
            return self._fail(photo_id, request, NotFetched(ImportReason.GAVE_UP), item.attempts)
        return self._attempt(photo_id, request, item.attempts)

    def _attempt(self, photo_id: UUID, request: ImportRequest, attempts: int) -> Result:
        began = self.clock()
        try:
            picture = self.source.fetch(request.url)
        except NotFetched as error:
            if error.is_transient and attempts < MAX_TRIES:
                self.stores.import_items.release(photo_id, error.reason)
                return Result(Outcome.TRY_AGAIN, attempts, error.reason, error.detail)
            return self._fail(photo_id, request, error, attempts)
        fetch_seconds = self.clock() - began
        self.stores.originals.put(
            photo_id, picture, owner=request.owner, correlation_id=request.correlation_id
        )
        self.stores.import_items.finish(photo_id, None)
        return Result(Outcome.COMPLETED, attempts, fetch_seconds=fetch_seconds)

    def _fail(self, photo_id: UUID, request: ImportRequest, error: NotFetched, attempts: int) -> Result:
        """Publish first, finish second: a repeated event has the same id, a lost one never comes again."""
        self.stores.topic.publish(
            PhotoEvent(
                event_id=event_id(EventType.FAILED, photo_id, "", 0, FAILED_STATUS),
                type=EventType.FAILED,
                photo_id=photo_id,
                owner=request.owner,
                status=FAILED_STATUS,
                reason=error.reason,
                address=photo_url(self.site_origin, photo_id),
                occurred_at=self.now().isoformat(timespec="milliseconds"),
                correlation_id=request.correlation_id,
            )
        )
        self.stores.import_items.finish(photo_id, error.reason)
        outcome = Outcome.GAVE_UP if error.is_transient else Outcome.FAILED
        return Result(outcome, attempts, error.reason, error.detail)
