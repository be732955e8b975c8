"""Take what lies in inboxes: a row by an offer, a copy within S3, and only then the removal.

The key and ETag of a file make its upload id, so a run that was stopped anywhere goes on. Nothing else is
deleted: what is refused stays where it is, is told to its owner, and is tried again each day.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.db.models import F, Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.core import correlation, reasons
from gallery.inbox.models import InboxFolder, InboxRefusal
from gallery.photos.states import Visibility
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.storage.upload_terms import OriginalTerms
from gallery.uploads import offers
from gallery.uploads.file_checks import MAX_FILE_BYTES, UploadRequest, content_refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gallery.core.reasons import Reason
    from gallery.storage.originals import InboxObject

logger = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(minutes=4)
"""Less than the five minutes of the sweep in the cloud, so each of its runs looks."""
TRY_AGAIN_AFTER = timedelta(days=1)
PAGE = 25
LATER = {reasons.TOO_MANY_OUTSTANDING, reasons.DISK_FULL}
"""Refusals that end by themselves: the file is simply taken later."""


class _Gone(Exception):
    """The file is not there any more, or another one is: the next pass sees which."""


class _Stopped(Exception):
    """The folder's turn ends: its owner has enough photos in work."""


def take_some(*, has_time: Callable[[], bool], now: datetime | None = None) -> int:
    """Take files of all inboxes by turns, 25 of each at a time. Return how many were taken.

    While nothing is there, it costs one LIST a run. A file costs a GET, a copy and a DELETE.
    """
    now = now or timezone.now()
    try:
        return _take_by_turns(now, has_time) if _is_due(now) else 0
    except OriginalsUnavailable as problem:
        logger.warning("inbox_interrupted", problem=str(problem))
        return 0


def unknown_folders() -> list[str]:
    """Return the names of folders that are no one's: their files wait until an account has that name."""
    return list(InboxFolder.objects.filter(owner=None).exclude(name="").values_list("name", flat=True))


def refusals_of(owner: User) -> list[InboxRefusal]:
    """Return what of the person's inbox was not taken, the first by name."""
    return list(InboxRefusal.objects.filter(folder__owner=owner).order_by("key")[:200])


def _is_due(now: datetime) -> bool:
    looked_lately = InboxFolder.objects.filter(name="", looked_at__gt=now - LOOK_EVERY).exists()
    return not looked_lately or InboxFolder.objects.exclude(after="").exists()


def _take_by_turns(now: datetime, has_time: Callable[[], bool]) -> int:
    _find_folders(now)
    in_turn = F("looked_at").asc(nulls_first=True)
    folders = list(
        InboxFolder.objects.filter(owner__is_active=True).select_related("owner").order_by(in_turn)
    )
    taken = 0
    while folders and has_time():
        for folder in list(folders):
            if not has_time():
                break
            count, has_more = _take_page(folder, now, has_time)
            taken += count
            if not has_more:
                folders.remove(folder)
    return taken


def _find_folders(now: datetime) -> None:
    """Note which folders there are, and of which people."""
    names = originals().inbox_folders()
    InboxFolder.objects.update_or_create(name="", defaults={"looked_at": now})
    gone = InboxFolder.objects.exclude(Q(name="") | Q(name__in=names))
    gone.delete()
    people = dict(User.objects.filter(username__in=names, left_at=None).values_list("username", "pk"))
    known = dict(InboxFolder.objects.exclude(name="").values_list("name", "owner_id"))
    for name in names:
        if name not in known:
            InboxFolder.objects.get_or_create(name=name, defaults={"owner_id": people.get(name)})
        elif known[name] != people.get(name):
            InboxFolder.objects.filter(name=name).update(owner=people.get(name), after="")


def _take_page(folder: InboxFolder, now: datetime, has_time: Callable[[], bool]) -> tuple[int, bool]:
    """Take the next files of a folder. Return how many, and whether it has more for now."""
    if not folder.after:
        folder.begun_at = now
    found, has_more = originals().inbox_page(folder.name, after=folder.after, most=PAGE)
    taken = 0
    for file in found:
        if not has_time():
            has_more = True
            break
        try:
            with suppress(_Gone):
                taken += _take(file, folder, now)
        except _Stopped:
            folder.looked_at = now
            folder.save(update_fields=["after", "begun_at", "looked_at"])
            return taken, False
        folder.after = file.key
    if not has_more:
        # What was there before this pass and is not any more was taken away by a person.
        folder.refusals.filter(seen_at__lt=folder.begun_at).delete()
        folder.after = ""
    folder.looked_at = now
    folder.save(update_fields=["after", "begun_at", "looked_at"])
    return taken, has_more


def _take(file: InboxObject, folder: InboxFolder, now: datetime) -> bool:
    """Take one file, or note why not. Return whether it was taken."""
    if file.key.endswith("/") and not file.size_bytes:
        return False  # what consoles make for an empty folder
    before = folder.refusals.filter(key=file.key, etag=file.etag)
    if before.filter(tried_at__gt=now - TRY_AGAIN_AFTER).update(seen_at=now):
        return False
    reason = _take_or_refuse(file, folder)
    if reason in LATER:
        raise _Stopped
    if reason is None:
        folder.refusals.filter(key=file.key).delete()
        return True
    folder.refusals.update_or_create(
        key=file.key,
        defaults={
            "etag": file.etag,
            "size_bytes": file.size_bytes,
            "reason": reason.code,
            "tried_at": now,
            "seen_at": now,
        },
    )
    return False


def _take_or_refuse(file: InboxObject, folder: InboxFolder) -> Reason | None:
    """Bring a file among the originals. Return why not."""
    stated = {
        "upload_id": str(uuid5(NAMESPACE_URL, f"{file.key}#{file.etag}#{file.stored_at.isoformat()}")),
        "name": file.key,
        "size_bytes": file.size_bytes,
        "sha256": base64.b64encode(bytes(32)).decode(),
    }
    # What a name or a size rules out need not be read.
    request = offers.read_request(stated)
    if isinstance(request, offers.Refused):
        return request.reason
    content = originals().read_inbox(file, most=MAX_FILE_BYTES)
    if content is None:
        raise _Gone
    if refusal := content_refusal(content):
        return refusal
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    request = offers.read_request(stated | {"sha256": digest, "met_conflict": True})
    if isinstance(request, offers.Refused):
        return request.reason
    return _bring(file, request, folder)


def _bring(file: InboxObject, request: UploadRequest, folder: InboxFolder) -> Reason | None:
    owner_id = folder.owner_id
    if owner_id is None:
        return None
    (outcome,) = offers.offer(owner_id, [request], visibility=Visibility.PRIVATE)
    if isinstance(outcome, offers.Refused):
        return outcome.reason
    if isinstance(outcome, offers.Offered):
        terms = OriginalTerms(
            photo_id=outcome.photo_id,
            owner_id=owner_id,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            sha256=request.sha256,
            correlation_id=correlation.current(),
        )
        if not originals().copy_from_inbox(file, terms):
            raise _Gone
    originals().remove_from_inbox(file)
    return None
