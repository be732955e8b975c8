"""What moderators decided about a person's photos since the person was told last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from gallery.accounts.models import User
from gallery.inbox.models import InboxRefusal
from gallery.photos.models import Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from datetime import datetime

MOST_COUNTED = 1000
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class NewDecisions:
    """Decisions to tell of. ``not_shown`` has the first photos that were rejected, ``until`` is the last."""

    approved: int
    rejected: int
    not_shown: list[Photo]
    until: datetime | None

    @property
    def sentence(self) -> str:
        """Return how many were approved and how many are not shown."""
        approved = ngettext("%(count)d approved", "%(count)d approved", self.approved)
        rejected = ngettext("%(count)d not shown", "%(count)d not shown", self.rejected)
        parts = [(approved, self.approved), (rejected, self.rejected)]
        return ", ".join(text % {"count": count} for text, count in parts if count)

    @property
    def more(self) -> int:
        """Return the number of rejected photos that are not named."""
        return self.rejected - len(self.not_shown)


def failed_and_decided(user: User) -> tuple[int, int, NewDecisions | None]:
    """Return how many files of the user failed, how many stay in the inbox, and the decisions to tell of.

    Costs one query where there are no new decisions, as for almost every visit.
    """
    failed = Photo.objects.owned_by(user).failed().order_by().values("owner")
    total = Subquery(failed.annotate(total=Count("*")).values("total"), output_field=IntegerField())
    left = InboxRefusal.objects.filter(folder__owner=user).order_by().values("folder__owner")
    stay = Subquery(left.annotate(total=Count("*")).values("total"), output_field=IntegerField())
    found = User.objects.filter(pk=user.pk).annotate(
        failed_count=Coalesce(total, Value(0)),
        inbox_count=Coalesce(stay, Value(0)),
        has_news=Exists(Photo.objects.newly_decided_for(user)),
    )
    counts = found.values_list("failed_count", "inbox_count", "has_news")
    failed_count, inbox_count, has_news = counts.get()
    return failed_count, inbox_count, new_decisions(user) if has_news else None


def new_decisions(user: User) -> NewDecisions | None:
    """Return what to tell the user of the first 1,000 decisions; ``None`` if there is nothing to tell.

    Costs one query, and another if photos were rejected.
    """
    decided = Photo.objects.newly_decided_for(user).filter(state__in=(State.APPROVED, State.REJECTED))
    rows = list(decided.order_by("decided_at").values_list("state", "decided_at", "pk")[:MOST_COUNTED])
    if not rows:
        return None
    rejected = [photo_id for state, _, photo_id in rows if state == State.REJECTED]
    named = Photo.objects.filter(pk__in=rejected[:MOST_NAMED]).only("caption", "file_name")
    return NewDecisions(
        approved=len(rows) - len(rejected),
        rejected=len(rejected),
        not_shown=list(named.order_by("decided_at")) if rejected else [],
        until=rows[-1][1],
    )
