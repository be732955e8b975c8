"""Make the renditions of many photos again: throttled, resumable, one campaign at a time.

First each photo is nudged, by the sweep or by ``manage.py rerender``, as fast as ``per_minute`` and the
worker's queue allow. Rendition keys contain the policy's version, so addresses that were handed out stay
alive. When the last of them is dead, a second pass removes the renditions of older policies, but only of
photos whose item names those of the current one. A campaign under the same policy writes the same keys.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from gallery.photos.models import Photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing.looks import QUIET_TIME
from gallery.processing.models import FIRST_CURSOR, Campaign, CampaignPhase, CampaignState
from gallery.processing.settle import settle
from gallery.storage import catalogue, queues, time_limits
from gallery.storage.originals import originals
from thumbworker.contract.items import PhotoItem, Status
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from gallery.accounts.models import User

PER_MINUTE = 600
MAX_QUEUE = 1_000
"""Messages in the worker's queue above which a campaign waits, so uploads are not kept waiting."""
ADDRESSES_DIE_AFTER = timedelta(minutes=15)
"""Longer than a signed address lives: 14 minutes."""
LONGEST_CREDIT = timedelta(minutes=5)
"""The sweep's usual interval. What was not used before it is lost, so a pause is followed by no burst."""
CLOCK_TOLERANCE = timedelta(minutes=1)
PARALLEL_NUDGES = 8


class AnotherCampaign(Exception):
    """Another campaign is open."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: photos checked, and AWS calls."""

    photos: int = 0
    calls: int = 0


def photos_of(campaign: Campaign) -> QuerySet[Photo]:
    """Return the photos that may need new renditions: those whose original was processed."""
    rows = Photo.objects.filter(taken_down_at=None).exclude(state=State.AWAITING)
    rows = rows.exclude(state=State.FAILED, reason=NEVER_ARRIVED)
    if campaign.owner:
        rows = rows.owned_by(campaign.owner)
    if campaign.reason:
        rows = rows.filter(state=State.FAILED, reason=campaign.reason)
    return rows


def planned(
    now: datetime,
    *,
    owner: User | None = None,
    policy: int | None = None,
    reason: str = "",
    per_minute: int = PER_MINUTE,
    max_queue: int = MAX_QUEUE,
) -> Campaign:
    """Return a campaign that is not started, with the number of its photos."""
    campaign = Campaign(
        owner=owner,
        policy=policy,
        reason=reason,
        per_minute=per_minute,
        max_queue=max_queue,
        started_at=now,
        paced_at=now - timedelta(minutes=1),
        asked_at=now,
    )
    campaign.total = photos_of(campaign).count()
    return campaign


def start(campaign: Campaign) -> None:
    """Start a planned campaign.

    Raises:
        AnotherCampaign: one is running or paused.
    """
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError as error:
        raise AnotherCampaign from error


def open_campaign() -> Campaign | None:
    """Return the campaign that is running or paused."""
    return Campaign.objects.select_related("owner").filter(slot=1).first()


def pause(campaign_id: int) -> bool:
    """Pause a running campaign. Return whether it was running."""
    return _move(campaign_id, CampaignState.RUNNING, CampaignState.PAUSED)


def resume(campaign_id: int) -> bool:
    """Let a paused campaign go on. Return whether it was paused."""
    return _move(campaign_id, CampaignState.PAUSED, CampaignState.RUNNING)


def cancel(campaign_id: int, now: datetime) -> bool:
    """End a campaign. Photos that were asked for are still made; renditions replaced so far stay stored."""
    open_ones = Campaign.objects.filter(pk=campaign_id, state__in=Campaign.OPEN)
    return bool(open_ones.update(state=CampaignState.CANCELED, slot=None, ended_at=now))


def _move(campaign_id: int, old: CampaignState, new: CampaignState) -> bool:
    return bool(Campaign.objects.filter(pk=campaign_id, state=old).update(state=new))


def advance(now: datetime, *, most: int) -> Step:
    """Carry the running campaign on by up to ``most`` photos.

    Raises:
        OriginalsUnavailable, CatalogueUnavailable, QueueUnavailable: a store did not answer. What is done is
            kept or repeated, and the next step continues.
    """
    campaign = open_campaign()
    if campaign is None or campaign.state != CampaignState.RUNNING:
        return Step()
    step = _ask if campaign.phase == CampaignPhase.ASKING else _remove
    return step(campaign, now, min(most, catalogue.BATCH_SIZE))


def room(campaign: Campaign, now: datetime) -> int:
    """Return how many photos the pace allows now."""
    credit = now - max(campaign.paced_at, now - LONGEST_CREDIT)
    return int(credit / timedelta(minutes=1) * campaign.per_minute)


def _ask(campaign: Campaign, now: datetime, most: int) -> Step:
    places = min(most, room(campaign, now), campaign.max_queue - _in_queue())
    if places <= 0:
        return Step(calls=1)
    ids = _next_ids(campaign, most)
    if not ids:
        _save(campaign, phase=CampaignPhase.REMOVING, cursor=FIRST_CURSOR, asked_at=now)
        return Step(calls=1)
    items = _items(ids) if campaign.policy else {}
    wanted: list[UUID] = []
    seen = 0
    for photo_id in ids:
        if campaign.policy and _is_newer(items.get(photo_id), campaign.policy):
            seen += 1
            continue
        if len(wanted) == places:
            break
        wanted.append(photo_id)
        seen += 1
    with ThreadPoolExecutor(PARALLEL_NUDGES, thread_name_prefix="campaign") as pool:
        list(pool.map(time_limits.carried(originals().nudge), wanted))
    used = timedelta(minutes=1) * len(wanted) / campaign.per_minute
    _save(
        campaign,
        cursor=ids[seen - 1],
        asked=F("asked") + len(wanted),
        skipped=F("skipped") + seen - len(wanted),
        asked_at=now,
        paced_at=max(campaign.paced_at, now - LONGEST_CREDIT) + used,
    )
    return Step(seen, len(wanted) + 2)


def _remove(campaign: Campaign, now: datetime, most: int) -> Step:
    waited = now - campaign.asked_at
    if campaign.cursor == FIRST_CURSOR and (
        waited < ADDRESSES_DIE_AFTER or (waited < QUIET_TIME and _in_queue())
    ):
        return Step(calls=1)
    ids = _next_ids(campaign, most)
    if not ids:
        _save(campaign, state=CampaignState.DONE, slot=None, ended_at=now)
        return Step()
    items = _items(ids)
    settle(ids, reading=catalogue.Reading(items))
    originals().remove_replaced_renditions(
        photo_id for photo_id, item in items.items() if _is_swapped(item, now - ADDRESSES_DIE_AFTER)
    )
    failed = sum(_has_failed(campaign, items.get(photo_id)) for photo_id in ids)
    _save(campaign, cursor=ids[-1], failed=F("failed") + failed)
    return Step(len(ids), 2)


def _next_ids(campaign: Campaign, most: int) -> list[UUID]:
    rows = photos_of(campaign).filter(pk__gt=campaign.cursor).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _items(ids: list[UUID]) -> dict[UUID, PhotoItem]:
    reading = catalogue.read(ids)
    if not reading.complete:
        raise catalogue.CatalogueUnavailable("Not all items could be read.")
    return reading.items


def _is_newer(item: PhotoItem | None, policy: int) -> bool:
    return item is not None and item.policy_version > policy


def _is_swapped(item: PhotoItem, before: datetime) -> bool:
    """Return whether no living address names a rendition of an older policy."""
    is_current = item.status is Status.READY and item.policy_version == CURRENT.version
    return is_current and datetime.fromisoformat(item.processed_at) <= before


def _has_failed(campaign: Campaign, item: PhotoItem | None) -> bool:
    """Return whether a photo that was asked for has no new renditions."""
    if item is None or item.status is not Status.READY:
        return True
    made_at = datetime.fromisoformat(item.processed_at)
    is_new = made_at >= campaign.started_at - CLOCK_TOLERANCE
    return not is_new and not (campaign.policy and _is_newer(item, campaign.policy))


def _in_queue() -> int:
    """Return the messages that wait for the worker or are in work."""
    if not settings.THUMBNAILS_QUEUE_URL:
        return 0
    found = queues.depth(settings.THUMBNAILS_QUEUE_URL)
    return found.waiting + found.in_progress


def _save(campaign: Campaign, **changes: Any) -> None:
    """Save unless another process carried the campaign on meanwhile, or an operator stopped it."""
    same = {"pk": campaign.pk, "state": CampaignState.RUNNING, "phase": campaign.phase}
    Campaign.objects.filter(**same, cursor=campaign.cursor).update(**changes)
