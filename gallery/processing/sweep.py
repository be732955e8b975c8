"""Process overdue rows and open deletion records: bounded, fair, resumable, safe to run twice.

It deletes an original only if a deletion record names it: a restored or wrong database must never empty the
gallery. After 100 removals it stops removing, and the next run continues. If what it removes has been due for
more than two days, it logs an error: a sweep that runs is never that late, and a restored database is.

Nothing that one account causes delays the others: each kind of matter takes its turn after some rows, and
within a kind each account. A run ends with its budget of time and AWS calls.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from django.db.models import F, Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.imports import results
from gallery.photos import outbox, takedown, transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.reservations import release_expired
from gallery.photos.states import State
from gallery.photos.turns import in_turns
from gallery.processing import campaigns, database_mark, matters
from gallery.processing.account_deletion import finish_deletions
from gallery.processing.budget import Budget
from gallery.processing.looks import ends_at, interval_after, next_look
from gallery.processing.matters import EXPIRE_AFTER
from gallery.processing.models import SweepRun
from gallery.processing.settle import settle
from gallery.processing.sweep_run import BATCH, MAX_REMOVALS, MAX_ROWS, Run, SweepReport, TooManyRemovals
from gallery.search import due
from gallery.search.models import DueTexts
from gallery.sharing import receiving
from gallery.storage import catalogue, queues, time_limits
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from datetime import datetime
    from uuid import UUID


logger = structlog.get_logger(__name__)

CALLS_OF_A_PURGE = 2
CALLS_OF_A_TAKEDOWN = 8
MOST_AGAIN = 25
"""Originals put again after their purge that one run removes of one account, so none exhausts the 100."""
RUNS_KEPT = timedelta(days=7)
OF_CLOSED_ACCOUNT = Q(state=State.AWAITING, owner__in=User.objects.filter(is_active=False))


def sweep(now: datetime | None = None, *, budget: Budget | None = None) -> SweepReport:
    """Process at most 500 rows of each kind, by turns, within the budget. Record the run."""
    with time_limits.limited(time_limits.of_job()):
        return _sweep(now, budget)


def _sweep(now: datetime | None, budget: Budget | None) -> SweepReport:
    run = Run(now or timezone.now(), budget or Budget())
    record = SweepRun.objects.create(at=run.now)
    was_late = matters.removals_are_late(run.now)
    # Each run begins with another kind, so each comes first even if stores are so slow that only one does.
    names = [*_KINDS][record.pk % len(_KINDS) :] + [*_KINDS][: record.pk % len(_KINDS)]
    run.may_remove = _may_remove(run)
    turns = {name: _KINDS[name](run) for name in names if run.may_remove or name not in _REMOVING}
    while turns and run.budget.has_left():
        for name in list(turns):
            if not _take_turn(run, turns[name]):
                del turns[name]
    report = run.report
    report.exhausted = not run.budget.has_left()
    report.stopped = (report.limited and was_late) or bool(report.refused)
    if report.refused:
        logger.error("sweep_refused", problem=report.refused)
    elif report.stopped:
        logger.error("sweep_stopped", removals=report.removals, limit=MAX_REMOVALS)
    report.calls, report.seconds = run.budget.spent_calls, round(run.budget.spent_seconds, 3)
    report.backlog = matters.backlog(run.now)
    record.seconds, record.calls, record.done = report.seconds, report.calls, report.done
    record.backlog = [asdict(entry) for entry in report.backlog]
    record.save()
    SweepRun.objects.filter(at__lt=run.now - RUNS_KEPT).delete()
    return report


def _may_remove(run: Run) -> bool:
    """Return whether the database is as new as S3. Without an answer nothing is removed in this run."""
    try:
        run.report.refused = database_mark.check()
    except OriginalsUnavailable as problem:
        run.report.unavailable = True
        logger.warning("sweep_interrupted", problem=str(problem))
        return False
    return not run.report.refused


def _take_turn(run: Run, turn: Iterator[None]) -> bool:
    """Process one batch of a kind. Return whether there may be more."""
    try:
        next(turn)
    except StopIteration:
        return False
    except (OriginalsUnavailable, catalogue.CatalogueUnavailable) as problem:
        run.report.unavailable = True
        logger.warning("sweep_interrupted", problem=str(problem))
        return False
    except TooManyRemovals:
        # Only what removes nothing goes on.
        run.report.limited = True
        return False
    return True


def _account_deletions(run: Run) -> Iterator[None]:
    """Continue the deletion of accounts, some photos of each at a time."""

    def has_time() -> bool:
        if not run.budget.has_left():
            return False
        run.budget.spend(CALLS_OF_A_PURGE)
        run.count("account_deletions")
        return True

    for _ in range(MAX_ROWS // BATCH):
        accounts = User.objects.filter(left_at__isnull=False).count()
        if not accounts:
            return
        photos_each = max(BATCH // accounts, 1)
        run.report.accounts_gone += finish_deletions(has_time=has_time, photos_each=photos_each)
        yield


def _reservations(run: Run) -> Iterator[None]:
    released = release_expired(run.now)
    run.report.reservations_released = released
    run.count("reservations", released)
    yield


def _awaiting(run: Run) -> Iterator[None]:
    """Settle what the worker processed, nudge what it did not, and expire what was never uploaded."""
    for batch in run.batches(matters.awaiting(run.now), by="owner", then="due_at"):
        run.budget.spend(1)
        reading = catalogue.read(batch, import_ids=batch)
        settled = settle(batch, reading=reading)
        run.report.settled += len(settled)
        run.count("awaiting", len(settled))
        still_awaiting = Photo.objects.filter(pk__in=batch, state=State.AWAITING)
        if reading.complete and not run.each(
            "awaiting",
            still_awaiting.with_owner(),
            partial(_check_awaiting, reading=reading, run=run),
            # Marked last, so the next run repeats a look that was interrupted.
            then=partial(_mark_awaiting, run=run),
        ):
            return
        yield


def _mark_awaiting(photo: Photo, run: Run) -> None:
    due_at = run.now + interval_after(photo.looks)
    if run.now < photo.offered_until:
        # Soon after the offer has ended, its owner is told if nothing came.
        due_at = min(due_at, photo.offered_until)
    Photo.objects.filter(pk=photo.pk, state=State.AWAITING).update(
        looked_at=run.now, due_at=due_at, looks=F("looks") + 1
    )


def _check_awaiting(photo: Photo, reading: catalogue.Reading, run: Run) -> None:
    run.budget.spend(1)
    stored = originals().head(photo.pk)
    missing_at = None if stored else run.now
    if photo.missing_at != missing_at:
        Photo.objects.filter(pk=photo.pk, state=State.AWAITING).update(missing_at=missing_at)
    if stored is not None:
        # What a closed account uploaded stays out of sight, and waits until the account is opened again.
        if photo.owner.is_active:
            _nudge(run, photo.pk, quarter_turns=photo.quarter_turns)
    elif not photo.owner.is_active:
        if not run.may_remove:
            return
        # No original is lost. One that arrives later is removed, as the deletion record says.
        run.budget.spend(CALLS_OF_A_PURGE)
        run.report.offers_ended += purge_photo(photo.pk, only_if=OF_CLOSED_ACCOUNT)
    elif photo.origin_url:
        progress = results.advance(photo, reading.imports.get(photo.pk), run.now)
        run.report.imports_requested += progress is results.Progress.REQUESTED_AGAIN
        run.report.expired += progress is results.Progress.EXPIRED
    elif photo.offered_until < run.now - EXPIRE_AFTER:
        run.report.expired += transitions.given_up(photo.pk, offered_before=run.now - EXPIRE_AFTER)


def _turning(run: Run) -> Iterator[None]:
    """Ask again for thumbnails that are not turned yet, and note those that are."""
    for batch in run.batches(matters.turning(run.now), by="owner", then="turning_at"):
        run.budget.spend(1)
        settled = settle(batch, reading=catalogue.read(batch))
        run.report.settled += len(settled)
        left = Photo.objects.filter(pk__in=batch, turning_at__isnull=False)
        if not run.each("turning", left, partial(_turn_again, run=run)):
            return
        yield


def _turn_again(photo: Photo, run: Run) -> None:
    _nudge(run, photo.pk, quarter_turns=photo.quarter_turns)
    # Ever more rarely: a decoder that refuses the original today may do so tomorrow.
    asked_at = run.now + interval_after(photo.looks) - matters.TURNING_TOO_LONG
    same = Photo.objects.filter(pk=photo.pk, turning_at=photo.turning_at)
    same.update(turning_at=asked_at, looks=F("looks") + 1)


def _nudge(run: Run, photo_id: Any, *, quarter_turns: int = 0) -> None:
    run.budget.spend(1)
    originals().nudge(photo_id, quarter_turns=quarter_turns)
    run.report.nudged += 1


def _deletions(run: Run) -> Iterator[None]:
    """Close the records of photos that are gone from every store, and delete again what reappeared."""
    for batch in run.batches(matters.deletions(run.now), by="share", then="due_at"):
        run.budget.spend(1)
        open_records = DeletionRecord.objects.filter(pk__in=batch, closed_at=None)
        look = partial(_check_deletion, run=run, with_item=catalogue.existing(batch))
        if not run.each("deletions", open_records, look):
            return
        yield


def _check_deletion(record: DeletionRecord, run: Run, with_item: Container[UUID]) -> None:
    """Look at one record: one call, and a LIST of each size before it closes."""
    storage = originals()
    run.budget.spend(1)
    stored = storage.head(record.photo_id)
    has_original = stored is not None and not stored.is_seal
    may_close = ends_at(record) <= run.now
    changes: dict[str, Any] = {"looked_at": run.now}
    if has_original or record.pk in with_item or (may_close and _has_rendition(record, run)):
        if has_original:
            removed = run.removed_again.get(record.share, 0)
            if removed >= MOST_AGAIN:
                # It stays due, and the next run continues.
                return
            run.count_removal()
            run.removed_again[record.share] = removed + 1
            run.budget.spend(1)
            storage.remove(record.photo_id)
            run.report.originals_removed += 1
        # Delete before the nudge, so the worker finds no original.
        _nudge(run, record.photo_id)
        changes |= {
            "due_at": run.now + interval_after(record.looks),
            "looks": F("looks") + 1,
            "arrived": True,
        }
    elif may_close:
        if stored is not None:
            run.budget.spend(1)
            storage.remove(record.photo_id)
        # Until then, a late PUT with an old signature or a late message could recreate it.
        changes |= {"closed_at": run.now, "share": 0}
        run.report.records_closed += 1
    else:
        changes |= {"due_at": next_look(record, run.now), "looks": 0}
    DeletionRecord.objects.filter(pk=record.pk, closed_at=None).update(**changes)


def _has_rendition(record: DeletionRecord, run: Run) -> bool:
    """Return whether a rendition is left. Without an original none was ever made."""
    if not record.arrived:
        return False
    run.budget.spend(3)
    return originals().any_rendition_exists(record.photo_id)


def _old_trash(run: Run) -> Iterator[None]:
    """Purge what was in the trash for 30 days."""
    condition = matters.old_trash(run.now)
    for batch in run.batches(Photo.objects.filter(condition), by="owner", then="trashed_at"):
        if not run.each("trash", batch, partial(_purge, only_if=condition, run=run)):
            return
        yield


def _received(run: Run) -> Iterator[None]:
    """Move to the trash what guests sent and no one decided about in 60 days."""
    for batch in run.batches(receiving.undecided(run.now), by="owner", then="created_at"):
        if not run.each("received", batch, receiving.expire):
            return
        yield


def _never_arrived(run: Run) -> Iterator[None]:
    """Purge uploads that did not arrive within a week after they expired."""
    condition = matters.never_arrived(run.now)
    for batch in run.batches(Photo.objects.filter(condition), by="owner", then="offered_until"):
        if not run.each("missing_uploads", batch, partial(_check_missing, only_if=condition, run=run)):
            return
        yield


def _check_missing(photo_id: UUID, only_if: Q, run: Run) -> None:
    run.budget.spend(1)
    if originals().head(photo_id) is None:
        _purge(photo_id, only_if, run)
    else:
        # The upload arrived late, so wait for the worker again.
        transitions.arrived_late(photo_id)


def _purge(photo_id: UUID, only_if: Q, run: Run) -> None:
    run.count_removal()
    run.budget.spend(CALLS_OF_A_PURGE)
    run.report.purged += purge_photo(photo_id, only_if=only_if)


def _events(run: Run) -> Iterator[None]:
    """Publish the events of decisions that the request did not publish."""
    for _ in range(MAX_ROWS // BATCH):
        published = outbox.publish_pending(run.now, most=BATCH)
        run.budget.spend(published)
        run.report.events_published += published
        run.count("events", published)
        if published < BATCH:
            return
        yield


def _takedowns(run: Run) -> Iterator[None]:
    """Remove what a takedown could not: few, and urgent."""
    for photo_id in takedown.open_takedowns().values_list("pk", flat=True)[:MAX_ROWS]:
        if not run.each("takedowns", [photo_id], partial(_continue_takedown, run=run)):
            return
        yield


def _continue_takedown(photo_id: UUID, run: Run) -> None:
    run.budget.spend(CALLS_OF_A_TAKEDOWN)
    run.report.takedowns_finished += takedown.continue_one(photo_id, run.now)


def _campaign(run: Run) -> Iterator[None]:
    """Carry the open campaign on, for at most half of the run's calls."""
    calls = 0
    while calls < run.budget.calls // 2:
        try:
            step = campaigns.advance(run.now, most=BATCH)
        except queues.QueueUnavailable as problem:
            run.report.unavailable = True
            logger.warning("campaign_interrupted", problem=str(problem))
            return
        calls += step.calls
        run.budget.spend(step.calls)
        run.count("campaign", step.photos)
        if not step.photos:
            return
        yield


def _search_texts(run: Run) -> Iterator[None]:
    """Write the texts of photos that were too many for the request that changed their words."""
    due_ids = in_turns(DueTexts.objects.all(), by="owner_id", then="at").values_list("pk", flat=True)
    for due_id in list(due_ids[:MAX_ROWS]):
        if not run.each("search_texts", [due_id], due.write_some):
            return
        yield


def _batches(run: Run) -> Iterator[None]:
    """Continue actions on many photos whose page was closed, some photos of each by turns."""
    batches.forget_old(run.now)
    for _ in range(MAX_ROWS // BATCH):
        batch = batches.next_to_continue(may_remove=run.may_remove)
        if batch is None:
            return
        left = BATCH
        calls_each = CALLS_OF_A_PURGE if batch.kind == Kind.PURGE else 0

        def has_time(calls_each: int = calls_each) -> bool:
            nonlocal left
            left -= 1
            run.count("batches")
            run.budget.spend(calls_each)
            return left > 0 and run.budget.has_left()

        batches.advance(batch, has_time=has_time)
        yield


_REMOVING = frozenset({"account_deletions", "deletions", "trash", "missing_uploads"})
"""Kinds that an older database must not bring forward. What was taken down stays down in any database."""
_KINDS: dict[str, Callable[[Run], Iterator[None]]] = {
    "takedowns": _takedowns,
    "account_deletions": _account_deletions,
    "reservations": _reservations,
    "awaiting": _awaiting,
    "turning": _turning,
    "deletions": _deletions,
    "trash": _old_trash,
    "received": _received,
    "missing_uploads": _never_arrived,
    "events": _events,
    "campaign": _campaign,
    "search_texts": _search_texts,
    "batches": _batches,
}
