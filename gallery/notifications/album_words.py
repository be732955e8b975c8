"""Tell owners by email what was decided about the titles of their albums, as often as they chose."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gallery.accounts import emails
from gallery.accounts.models import User
from gallery.albums.models import WordsDecision
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import can_be_reached, rhythm_expression, stop_url

if TYPE_CHECKING:
    from datetime import datetime

MAX_DECISIONS = 500
MAX_LISTED = 20
WAITS = {Rhythm.AT_ONCE: timedelta(0), Rhythm.DAILY: timedelta(days=1)}
"""How long the oldest decision waits for others. "At once" leaves with the nearest run."""


def tell_owners(now: datetime | None = None) -> int:
    """Queue one email for each owner whose oldest untold decision has waited. Return how many were queued.

    Only an album's last decision is told. Owners who want no email are skipped for good.
    """
    now = now or timezone.now()
    with transaction.atomic():
        untold = WordsDecision.objects.filter(owner_untold=True).select_related("album").order_by("id")
        by_owner: dict[int, list[WordsDecision]] = defaultdict(list)
        for decision in untold[:MAX_DECISIONS]:
            by_owner[decision.album.owner_id].append(decision)
        owners = User.objects.filter(can_be_reached(), pk__in=by_owner).annotate(rhythm=rhythm_expression())
        reachable = {owner.pk: owner for owner in owners.exclude(rhythm=Rhythm.OFF)}
        queued = 0
        for owner_id, decisions in by_owner.items():
            owner = reachable.get(owner_id)
            if owner and decisions[0].at > now - WAITS[Rhythm(owner.rhythm)]:
                continue
            if owner:
                _queue(owner, decisions)
                queued += 1
            WordsDecision.objects.filter(pk__in=[decision.pk for decision in decisions]).update(
                owner_untold=False
            )
    return queued


def _queue(owner: User, decisions: list[WordsDecision]) -> None:
    last = {decision.album_id: decision for decision in decisions}
    lines = [
        {"decision": decision, "address": settings.SITE_ORIGIN + decision.album.get_absolute_url()}
        for decision in last.values()
    ]
    context = {
        "name": owner.own_name,
        "lines": lines[:MAX_LISTED],
        "more": len(lines) - len(lines[:MAX_LISTED]),
        "choose_url": settings.SITE_ORIGIN + reverse("notifications"),
        "stop_url": stop_url(owner),
    }
    emails.queue("album_words", owner, context)
