"""One run of the sweep: its limits, its fair batches, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from gallery.photos.turns import in_turns
from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from gallery.processing.budget import Budget
    from gallery.processing.matters import Backlog

logger = structlog.get_logger(__name__)

MAX_ROWS = 500
MAX_REMOVALS = 100
BATCH = 25
"""Rows of one kind before the next kind has its turn. Their items and imports fit into one BatchGetItem."""


@dataclass(slots=True)
class SweepReport:
    """What one run did, as counts.

    ``limited``: the limit of removals was reached, and the next run continues. ``stopped``: it was reached,
    and what is to be removed has been due for days, as in a wrong or restored database; or the database is
    older than S3, and ``refused`` says why nothing is removed.
    ``unavailable``: S3 or DynamoDB did not respond.
    ``exhausted``: the budget ended before the work. ``done`` counts by kind.
    """

    settled: int = 0
    nudged: int = 0
    expired: int = 0
    imports_requested: int = 0
    purged: int = 0
    originals_removed: int = 0
    records_closed: int = 0
    reservations_released: int = 0
    offers_ended: int = 0
    takedowns_finished: int = 0
    events_published: int = 0
    accounts_gone: int = 0
    limited: bool = False
    stopped: bool = False
    refused: str = ""
    unavailable: bool = False
    exhausted: bool = False
    rows_failed: int = 0
    calls: int = 0
    seconds: float = 0.0
    done: dict[str, int] = field(default_factory=dict)
    backlog: list[Backlog] = field(default_factory=list)

    @property
    def removals(self) -> int:
        """Return the number of photos and originals that this run removed."""
        return self.purged + self.originals_removed


class TooManyRemovals(Exception):
    """The run has removed as much as one may."""


@dataclass(slots=True)
class Run:
    """The state of one run."""

    now: datetime
    budget: Budget
    report: SweepReport = field(default_factory=SweepReport)
    may_remove: bool = False
    removed_again: dict[int, int] = field(default_factory=dict)

    def batches(self, rows: QuerySet[Any], *, by: str, then: str) -> Iterator[Sequence[Any]]:
        """Yield the keys of due rows in fair order, until the budget ends."""
        keys = list(in_turns(rows, by=by, then=then).values_list("pk", flat=True)[:MAX_ROWS])
        for batch in catalogue.batches(keys, BATCH):
            if not self.budget.has_left():
                return
            yield batch

    def count(self, kind: str, rows: int = 1) -> None:
        """Count processed rows of a kind."""
        self.report.done[kind] = self.report.done.get(kind, 0) + rows

    def each(
        self,
        kind: str,
        rows: Iterable[Any],
        act: Callable[[Any], object],
        then: Callable[[Any], object] | None = None,
    ) -> bool:
        """Act on the rows, and return whether the budget lasted. ``then`` follows also where ``act`` failed.

        What goes wrong with one row is logged, so that it stops neither the other rows nor the other kinds.
        """
        for row in rows:
            try:
                act(row)
            except (OriginalsUnavailable, catalogue.CatalogueUnavailable, TooManyRemovals):
                raise
            except Exception:
                logger.exception("sweep_row_failed", kind=kind, row_id=str(getattr(row, "pk", row)))
                self.report.rows_failed += 1
            if then:
                then(row)
            self.count(kind)
            if not self.budget.has_left():
                return False
        return True

    def count_removal(self) -> None:
        """Check the limit before a removal.

        Raises:
            TooManyRemovals: the limit is reached.
        """
        if self.report.removals >= MAX_REMOVALS:
            raise TooManyRemovals
