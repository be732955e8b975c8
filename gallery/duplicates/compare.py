"""Find photos of one person that look the same: a job that goes through photos as they are processed."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from gallery.duplicates.hashes import BANDS, Hash, hash_of
from gallery.duplicates.looks import Look, look_of
from gallery.duplicates.models import Compared, Fingerprint, Late
from gallery.photos.models import Photo
from gallery.storage import catalogue
from thumbworker.contract.items import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from gallery.photos.querysets import PhotoQuerySet
    from thumbworker.contract.items import PhotoItem

STEP = catalogue.BATCH_SIZE
LAG = timedelta(minutes=2)
"""The gallery adopts most of what the worker made within this time."""
LATE = timedelta(minutes=1)
"""What it adopts later is named: the comparison may have gone on. Less than ``LAG``, as clocks differ."""
MOST_IN_GROUP = 20
"""Another photo that looks like these stays alone: a page shows a group whole."""
MOST_CANDIDATES = 5_000
RATIO_DIFFERENCE = 0.04
"""How much the shape of a copy may differ: as much as cropping by a fiftieth on one side."""


def compare_later(processed: Mapping[UUID, datetime], *, now: datetime) -> None:
    """Name those of these photos, by the time of their processing, that the comparison may have passed."""
    late = [photo_id for photo_id, at in processed.items() if at < now - LATE]
    if not late:
        return
    with transaction.atomic():
        # One that was purged meanwhile would be refused at the commit, and the others with it.
        there = Photo.objects.select_for_update(no_key=True).filter(pk__in=late).order_by("pk")
        names = [Late(photo_id=photo_id) for photo_id in there.values_list("pk", flat=True)]
        Late.objects.bulk_create(names, ignore_conflicts=True)


def compare_some(*, has_time: Callable[[], bool], now: datetime | None = None) -> int:
    """Compare photos that were processed since the last comparison. Return how many.

    A step of 100 photos costs one BatchGetItem and eight statements, and for each photo two, or four if it
    looks like another. It ends early without time: a photo may look like thousands.
    """
    compared = 0
    while has_time() and (photos := _step(now or timezone.now(), has_time)):
        compared += photos
    return compared


def _step(now: datetime, has_time: Callable[[], bool]) -> int:
    position, _created = Compared.objects.get_or_create(pk=1)
    late = list(_read(Photo.objects.filter(late__isnull=False).order_by("pk")))
    photos = late or _after(position, now)
    if not photos:
        return 0
    reading = catalogue.read(photo.pk for photo in photos)
    if not reading.complete:
        return 0
    try:
        with transaction.atomic():
            unmoved = Compared.objects.select_for_update().filter(
                pk=1, processed_at=position.processed_at, photo_id=position.photo_id
            )
            if not unmoved.exists():
                # Another sweep compared these meanwhile.
                return 0
            done = _compare_all(photos, reading.items, has_time)
            Late.objects.filter(pk__in=[photo.pk for photo in done]).delete()
            if not late:
                unmoved.update(processed_at=done[-1].processed_at, photo_id=done[-1].pk)
    except IntegrityError:
        # One of them was purged meanwhile. The next run compares the others.
        return 0
    return len(done)


def _after(position: Compared, now: datetime) -> Sequence[Photo]:
    at = position.processed_at
    later = Photo.objects.filter(Q(processed_at__gt=at) | Q(pk__gt=position.photo_id), processed_at__gte=at)
    return _read(later.filter(processed_at__lt=now - LAG).order_by("processed_at", "pk"))


def _read(photos: PhotoQuerySet) -> Sequence[Photo]:
    return list(photos.only("owner_id", "processed_at", "width", "height")[:STEP])


def _compare_all(
    photos: Sequence[Photo], items: Mapping[UUID, PhotoItem], has_time: Callable[[], bool]
) -> Sequence[Photo]:
    """Compare the photos while there is time. Return those that were: one at least."""
    old = Fingerprint.objects.in_bulk([photo.pk for photo in photos])
    for compared, photo in enumerate(photos, start=1):
        _compare(photo, old.get(photo.pk), items.get(photo.pk))
        if not has_time():
            return photos[:compared]
    return photos


def _compare(photo: Photo, old: Fingerprint | None, item: PhotoItem | None) -> None:
    """Write the photo's fingerprint, and put it into the group of those that it looks like."""
    new = hash_of(item.dhash) if item and item.status is Status.READY else None
    thumbhash = item.thumbhash if item else ""
    if old and new and old.bits == new.bits:
        # The same picture, turned or made again: its group and what was decided stay.
        if old.thumbhash != thumbhash:
            Fingerprint.objects.filter(pk=photo.pk).update(thumbhash=thumbhash)
        return
    if old:
        old.delete()
    if new and (look := look_of(thumbhash)):
        _join(photo, new, thumbhash, _lookalikes(photo, new, look))


def _lookalikes(photo: Photo, new: Hash, look: Look) -> list[tuple[UUID, UUID | None]]:
    """Return the photos that look like this one, and their groups."""
    bands = (Q(**{f"band_{band}__in": new.nearby(band)}) for band in range(BANDS))
    candidates = Fingerprint.objects.filter(reduce(or_, bands), owner_id=photo.owner_id)
    rows = candidates.values_list("pk", "group", "bits", "thumbhash", "photo__width", "photo__height")
    return [
        (photo_id, group)
        for photo_id, group, bits, thumbhash, width, height in rows[:MOST_CANDIDATES]
        if new.is_near(bits)
        and _has_shape(photo, width, height)
        and (other := look_of(thumbhash))
        and look.is_like(other)
    ]


def _has_shape(photo: Photo, width: int | None, height: int | None) -> bool:
    if not (photo.width and photo.height and width and height):
        return False
    ratio = photo.width * height / (photo.height * width)
    return 1 / (1 + RATIO_DIFFERENCE) <= ratio <= 1 + RATIO_DIFFERENCE


def _join(photo: Photo, new: Hash, thumbhash: str, lookalikes: Sequence[tuple[UUID, UUID | None]]) -> None:
    groups = sorted({group for _, group in lookalikes if group})
    members = set(
        Fingerprint.objects.filter(owner_id=photo.owner_id, group__in=groups).values_list("pk", flat=True)
        if groups
        else ()
    ) | {photo_id for photo_id, _ in lookalikes}
    group = None
    if lookalikes and len(members) < MOST_IN_GROUP:
        group = groups[0] if groups else uuid4()
        Fingerprint.objects.filter(pk__in=members).exclude(group=group).update(group=group)
    bands = {f"band_{band}": value for band, value in enumerate(new.bands)}
    Fingerprint.objects.create(
        photo_id=photo.pk, owner_id=photo.owner_id, bits=new.bits, thumbhash=thumbhash, group=group, **bands
    )
