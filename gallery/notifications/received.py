"""Tell owners by email that photos of guests wait for them: one email for all that wait, not one a photo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from gallery.accounts import emails
from gallery.accounts.models import User
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import can_be_reached, rhythm_expression, stop_url
from gallery.photos.models import Photo
from gallery.sharing import receiving
from gallery.sharing.models import Contribution

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

MAX_EMAILS = 200
MAX_LISTED = 20
QUIET_PERIOD = timedelta(minutes=10)
"""How long "at once" waits for more: who sends fifty photos from a phone takes minutes."""
MAX_DELAY = timedelta(hours=1)
DAY = timedelta(days=1)


def tell_owners(now: datetime | None = None) -> int:
    """Queue one email for each owner who was not told of photos that wait. Return how many.

    Owners who want no email or can't be reached are skipped for good. Costs two queries if nothing is new.
    """
    now = now or timezone.now()
    # What was decided about meanwhile, or taken down, needs no email.
    Contribution.objects.filter(owner_untold=True, photo__is_received=False).update(owner_untold=False)
    return sum(_tell(owner_id) for owner_id in _due(now))


def _untold() -> QuerySet[Contribution]:
    """Return what can be decided about, and its owner has not been told."""
    photos = Photo.objects.received().with_picture()
    return Contribution.objects.filter(owner_untold=True, photo__in=photos)


def _due(now: datetime) -> list[int]:
    """Return the owners whose untold photos have waited as long as they chose, the longest waiting first."""
    owners = (
        _untold()
        .values("photo__owner")
        .annotate(
            rhythm=rhythm_expression("photo__owner__"),
            oldest=Min("photo__created_at"),
            newest=Max("photo__created_at"),
        )
    )
    due = owners.filter(
        Q(rhythm=Rhythm.OFF)
        | Q(rhythm=Rhythm.DAILY, oldest__lte=now - DAY)
        | Q(rhythm=Rhythm.AT_ONCE) & (Q(newest__lte=now - QUIET_PERIOD) | Q(oldest__lte=now - MAX_DELAY))
    )
    return list(due.order_by("oldest").values_list("photo__owner", flat=True)[:MAX_EMAILS])


def _tell(owner_id: int) -> bool:
    with transaction.atomic():
        untold = _untold().filter(photo__owner=owner_id).values_list("pk", flat=True)
        mine = Contribution.objects.filter(pk__in=list(untold), owner_untold=True)
        # Two runs at once: the second waits for the first here, and finds nothing left.
        if not mine.update(owner_untold=False):
            return False
        reachable = User.objects.filter(can_be_reached(), pk=owner_id).annotate(rhythm=rhythm_expression())
        owner = reachable.exclude(rhythm=Rhythm.OFF).first()
        if owner:
            return _queue(owner)
        return False


def _queue(owner: User) -> bool:
    """Queue the email about all that waits, also what was told before. Return ``False`` if nothing does now.

    It has no guest's name: anyone who holds a link could write into it.
    """
    waiting = receiving.waiting_for(owner).with_picture().order_by()
    page = settings.SITE_ORIGIN + reverse("received")
    by_album = waiting.values("contribution__album", "contribution__album__title").annotate(count=Count("pk"))
    albums = list(by_album.order_by("-count", "contribution__album__title"))
    oldest = waiting.order_by("created_at").first()
    if oldest is None:
        return False
    context = {
        "name": owner.own_name,
        "count": sum(row["count"] for row in albums),
        "lines": [(row["contribution__album__title"] or "", row["count"]) for row in albums[:MAX_LISTED]],
        "more": len(albums[MAX_LISTED:]),
        "page_url": page,
        "first_ends_at": receiving.waits_until(oldest),
        "days": receiving.WAITING.days,
        "choose_url": settings.SITE_ORIGIN + reverse("notifications"),
        "stop_url": stop_url(owner),
    }
    emails.queue("received", owner, context)
    return True
