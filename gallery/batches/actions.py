"""Start, continue, cancel and undo one action on many photos.

A page that waits calls ``advance`` again and again; when it is closed, the sweep goes on. Both may run at
once: a lease keeps them from doing the same work, and each photo's outcome is recorded in the transaction
that changes the photo, so none is changed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.accounts.rate_limits import Limit, retry_after_seconds
from gallery.batches.kinds import ACTS
from gallery.batches.models import Batch, BatchPhoto, Kind
from gallery.core import reasons
from gallery.photos.actions import SUCCESSES, Outcome
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from gallery.core.reasons import Reason

MAX_PHOTOS = 10_000
MOST_UNFINISHED = 5
LEASE = timedelta(seconds=60)
"""Longer than a web function runs. After a crash, the next one waits as long."""
KEPT = timedelta(days=7)
"""How long an action can be taken back."""
PHOTOS_PER_HOUR = Limit("batch-photos", 100_000, timedelta(hours=1), burst=50_000)
MOST_NAMED = 500
"""Refused photos that an answer names. Of more, it has the number."""
DONE = frozenset(outcome.value for outcome in SUCCESSES)


class Refused(Exception):
    """Nothing was started. ``reason`` says why; ``wait_seconds`` is when to try again, if that helps."""

    def __init__(self, reason: Reason, wait_seconds: int = 0) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is: numbers of photos, and of those that were refused, by reason code."""

    total: int
    done: int
    refused: dict[str, int]

    @property
    def processed(self) -> int:
        """Return how many photos have an outcome."""
        return self.done + sum(self.refused.values())


def start(owner: User, kind: Kind, photo_ids: Iterable[UUID], **choices: Any) -> Batch:
    """Record what is to be done. ``advance`` does it. Each photo is taken once.

    Photos of others, and ids that no photo has, are refused one by one when their turn comes.

    Raises:
        Refused: no photo, or too many; too many batches are open; or too many photos in one hour.
    """
    ids = list(dict.fromkeys(photo_ids))
    if not ids:
        raise Refused(reasons.NOTHING_CHOSEN)
    if len(ids) > MAX_PHOTOS:
        raise Refused(reasons.TOO_MANY_CHOSEN)
    if kind == Kind.SHIFT_DATE:
        # A raw goes with the photo above it, and must not go twice.
        named = Photo.objects.owned_by(owner).filter(pk__in=ids).with_top()
        stacked = set(named.filter(Q(top_id__in=ids)).values_list("pk", flat=True))
        ids = [photo_id for photo_id in ids if photo_id not in stacked]
    return _create(owner, kind, [(photo_id, None) for photo_id in ids], choices=choices)


def can_undo(batch: Batch) -> bool:
    """Return whether the batch changed something that can be taken back, and was not."""
    if batch.finished_at is None or ACTS[Kind(batch.kind)].undone_by is None:
        return False
    is_undone = Batch.objects.filter(undoes=batch).exists()
    return not is_undone and batch.photos.filter(undo__isnull=False).exists()


def undo(batch: Batch) -> Batch:
    """Start taking back what the batch changed. Return that batch; the same one if it was started before.

    What changed again since is treated as the person who changes it by hand would be.

    Raises:
        Refused: it can't be taken back, or changed nothing; or as for ``start``.
    """
    undone_by = ACTS[Kind(batch.kind)].undone_by
    if existing := Batch.objects.filter(undoes=batch).first():
        return existing
    changed = batch.photos.filter(undo__isnull=False).order_by("position").values_list("photo_id", "undo")
    if undone_by is None or batch.finished_at is None or not changed:
        raise Refused(reasons.CANNOT_UNDO)
    with transaction.atomic():
        # Sent twice at once, it is started once.
        Batch.objects.select_for_update().get(pk=batch.pk)
        existing = Batch.objects.filter(undoes=batch).first()
        return existing or _create(batch.owner, undone_by, list(changed), choices=batch.choices, undoes=batch)


def _create(
    owner: User,
    kind: Kind,
    photos: Sequence[tuple[UUID, Any]],
    *,
    choices: dict[str, Any],
    undoes: Batch | None = None,
) -> Batch:
    # An undo counts, too: one can be undone again and again.
    if wait := retry_after_seconds(PHOTOS_PER_HOUR, str(owner.pk), cost=len(photos)):
        raise Refused(reasons.TOO_FAST, wait)
    with transaction.atomic():
        # The owner's row is locked, so parallel requests count one after the other.
        User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
        if Batch.objects.unfinished().filter(owner=owner).count() >= MOST_UNFINISHED:
            raise Refused(reasons.TOO_MANY_BATCHES)
        batch = Batch.objects.create(owner=owner, kind=kind, choices=choices, undoes=undoes)
        BatchPhoto.objects.bulk_create(
            [
                BatchPhoto(batch=batch, position=position, photo_id=photo_id, given=given)
                for position, (photo_id, given) in enumerate(photos)
            ],
            batch_size=1_000,
        )
    return batch


def advance(batch: Batch, *, has_time: Callable[[], bool]) -> bool:
    """Process photos while there is time. Return whether the batch is finished.

    It returns at once if someone else is at it.
    """
    now = timezone.now()
    mine = Batch.objects.unfinished().filter(Q(leased_until=None) | Q(leased_until__lt=now), pk=batch.pk)
    if not mine.update(leased_until=now + LEASE):
        return not Batch.objects.unfinished().filter(pk=batch.pk).exists()
    try:
        # A row that another one processed while this one waited for it is left out: there may be more.
        while _advance_once(batch) or _left(batch).exists():
            if not has_time():
                return False
        Batch.objects.unfinished().filter(pk=batch.pk).update(finished_at=timezone.now())
    finally:
        # It tells the sweep whose turn it is.
        Batch.objects.filter(pk=batch.pk).update(leased_until=timezone.now())
    return True


def _left(batch: Batch) -> QuerySet[BatchPhoto]:
    """Return the photos that are still to be processed."""
    return batch.photos.filter(outcome="", batch__canceled_at=None)


def _advance_once(batch: Batch) -> bool:
    """Process the next photos in one transaction. Return whether there were any."""
    act = ACTS[Kind(batch.kind)]
    with transaction.atomic():
        left = _left(batch).select_for_update(of=("self",))
        rows = list(left.order_by("position")[: act.at_once])
        if not rows:
            return False
        own = Photo.objects.owned_by(batch.owner).filter(pk__in=[row.photo_id for row in rows])
        ids = set(own.values_list("pk", flat=True))
        wanted = [row.photo_id for row in rows if row.photo_id in ids]
        choices = batch.choices | (rows[0].given or {})
        steps = act.do(wanted, batch.owner, choices) if wanted else {}
        for photo_id in wanted:
            step = steps[photo_id]
            batch.photos.filter(photo_id=photo_id).update(outcome=str(step.outcome), undo=step.undo)
        gone = [row.photo_id for row in rows if row.photo_id not in ids]
        batch.photos.filter(photo_id__in=gone).update(outcome=reasons.NOT_FOUND.code)
    return True


def cancel(batch: Batch) -> None:
    """Stop after the photo that is being processed. What was done stays done, and can be taken back."""
    now = timezone.now()
    Batch.objects.unfinished().filter(pk=batch.pk, canceled_at=None).update(canceled_at=now)


def progress_of(batch: Batch) -> Progress:
    """Return how far it is, by one query."""
    rows = batch.photos.order_by().values_list("outcome").annotate(photos=Count("pk"))
    counts = dict(rows)
    left = counts.pop("", 0)
    done = sum(number for code, number in counts.items() if code in DONE)
    refused = {code: number for code, number in counts.items() if code not in DONE}
    return Progress(total=done + sum(refused.values()) + left, done=done, refused=refused)


def refused_photos(batch: Batch) -> list[tuple[UUID, str]]:
    """Return photos that were refused, each with its reason code, up to ``MOST_NAMED``."""
    refused = batch.photos.exclude(outcome__in=[*DONE, ""]).order_by("position")
    return list(refused.values_list("photo_id", "outcome")[:MOST_NAMED])


def words_wait_in(batch: Batch) -> bool:
    """Return whether new words of some of the photos wait for a moderator."""
    return batch.photos.filter(outcome=Outcome.WORDS_WAIT).exists()


def next_to_continue(*, may_remove: bool) -> Batch | None:
    """Return the batch that waits longest, of those with no page at it.

    ``may_remove``: also those that delete photos permanently.
    """
    waiting = Batch.objects.unfinished().filter(Q(leased_until=None) | Q(leased_until__lt=timezone.now()))
    if not may_remove:
        waiting = waiting.exclude(kind=Kind.PURGE)
    by_turns = waiting.order_by(F("leased_until").asc(nulls_first=True), "created_at")
    return by_turns.filter(owner__is_active=True).select_related("owner").first()


def forget_old(now: datetime) -> int:
    """Delete what was finished a week ago. Return how many batches."""
    old = list(Batch.objects.filter(finished_at__lt=now - KEPT).values_list("pk", flat=True)[:100])
    Batch.objects.filter(pk__in=old).delete()
    return len(old)
