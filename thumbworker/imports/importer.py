"""Makes the original of one imported photo be there: level-triggered, safe to run twice or in parallel."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from thumbworker import journal
from thumbworker.contract.imports import MAX_TRIES, ImportReason
from thumbworker.contract.news import NewsType, PhotoNews, event_id, photo_address
from thumbworker.imports.trouble import NotFetched
from thumbworker.interfaces import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.contract.imports import ImportRequest
    from thumbworker.imports.interfaces import Source, Stores

FAILED_STATUS = "FAILED"


class Outcome(StrEnum):
    """What came of one look at an import."""

    COMPLETED = "completed"
    ALREADY_THERE = "already_there"
    NOT_WANTED = "not_wanted"
    ENDED_OR_AT_WORK = "ended_or_at_work"
    FAILED = "failed"
    GAVE_UP = "gave_up"
    TRY_AGAIN = "try_again"
    UNAVAILABLE = "unavailable"
    CRASHED = journal.CRASHED


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and the reason where something failed; how long the fetch took, in seconds."""

    outcome: Outcome
    attempts: int = 0
    reason: str = ""
    detail: str = ""
    correlation_id: str = ""
    fetch_seconds: float = 0.0


def now_in_utc() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Importer:
    """Fetches what was asked for and stores it as an original."""

    stores: Stores
    source: Source
    site_origin: str
    now: Callable[[], datetime] = field(default=now_in_utc)
    clock: Callable[[], float] = time.monotonic

    def __call__(self, photo_id: UUID) -> Result:
        """Look at one import and bring it as far as it will go; whatever stops it is an outcome."""
        correlation_id = ""
        try:
            request = self.stores.requests.get(photo_id)
            if request is None:
                return Result(Outcome.NOT_WANTED)
            correlation_id = request.correlation_id
            result = self._look(photo_id, request)
        except StoreUnavailable as fault:
            result = Result(Outcome.UNAVAILABLE, reason=str(fault))
        except Exception as fault:  # noqa: BLE001 - a defect of ours must not take other imports along
            result = Result(Outcome.CRASHED, reason=type(fault).__name__, detail=journal.trace_of(fault))
        return replace(result, correlation_id=correlation_id)

    def _look(self, photo_id: UUID, request: ImportRequest) -> Result:
        if self.stores.originals.exists(photo_id):
            self.stores.journal.finish(photo_id, None)
            return Result(Outcome.ALREADY_THERE)
        item = self.stores.journal.begin(photo_id, correlation_id=request.correlation_id)
        if item is None:
            return Result(Outcome.ENDED_OR_AT_WORK)
        if self.now() >= datetime.fromisoformat(request.begin_before):
            return self._fail(photo_id, request, NotFetched(ImportReason.EXPIRED), item.attempts)
        if item.attempts > MAX_TRIES:
            # The tries before this one died with their function and could not say why.
            return self._fail(photo_id, request, NotFetched(ImportReason.GAVE_UP), item.attempts)
        return self._attempt(photo_id, request, item.attempts)

    def _attempt(self, photo_id: UUID, request: ImportRequest, attempts: int) -> Result:
        began = self.clock()
        try:
            picture = self.source.fetch(request.url)
        except NotFetched as trouble:
            if trouble.is_transient and attempts < MAX_TRIES:
                self.stores.journal.release(photo_id, trouble.reason)
                return Result(Outcome.TRY_AGAIN, attempts, trouble.reason, trouble.detail)
            return self._fail(photo_id, request, trouble, attempts)
        fetch_seconds = self.clock() - began
        self.stores.originals.put(
            photo_id, picture, owner=request.owner, correlation_id=request.correlation_id
        )
        self.stores.journal.finish(photo_id, None)
        return Result(Outcome.COMPLETED, attempts, fetch_seconds=fetch_seconds)

    def _fail(self, photo_id: UUID, request: ImportRequest, trouble: NotFetched, attempts: int) -> Result:
        """Tell the news first and end second: a repetition has the same event id, a lost one has none."""
        self.stores.news.publish(
            PhotoNews(
                event_id=event_id(NewsType.FAILED, photo_id, "", 0, FAILED_STATUS),
                type=NewsType.FAILED,
                photo_id=photo_id,
                owner=request.owner,
                status=FAILED_STATUS,
                reason=trouble.reason,
                address=photo_address(self.site_origin, photo_id),
                occurred_at=self.now().isoformat(timespec="milliseconds"),
                correlation_id=request.correlation_id,
            )
        )
        self.stores.journal.finish(photo_id, trouble.reason)
        outcome = Outcome.GAVE_UP if trouble.is_transient else Outcome.FAILED
        return Result(outcome, attempts, trouble.reason, trouble.detail)
