"""Shows what was given up and has it looked at again: a nudge for the photo, then the message is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings

from gallery.imports.requests import request_again
from gallery.photos.models import Photo
from gallery.storage import catalogue, queues
from gallery.storage.originals import originals
from thumbworker.contract import keys
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.items import PhotoItem

SHOWN = 50
AT_ONCE = 50
"""Messages redriven by one request, which has less than 30 seconds; the next request goes on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message on the page. ``reason`` is a sentence for people."""

    message_id: str
    photo_id: UUID | None
    is_known: bool
    received: int
    sent_at: datetime
    reason: str
    body: str


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many were looked at again, and how many still wait."""

    again: int
    waiting: int


def dead_letter_queues() -> dict[str, str]:
    """Return the addresses of the dead-letter queues by the title they are shown under."""
    found = {
        "Thumbnails": settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL,
        "Imports": settings.IMPORTS_DEAD_LETTER_QUEUE_URL,
    }
    return {title: url for title, url in found.items() if url}


def lines(url: str) -> list[Line]:
    """Return the first messages of a queue, which stay where they are.

    While the catalogue is down they are shown without the worker's reason.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    letters = queues.take(url, limit=SHOWN)
    queues.give_back(url, letters)
    ids = {letter.photo_id for letter in letters if letter.photo_id}
    known = set(Photo.objects.filter(pk__in=ids).values_list("pk", flat=True))
    try:
        items = catalogue.read(ids).items if ids else {}
    except catalogue.CatalogueUnavailable:
        items = {}
    return [_line(letter, known, items) for letter in letters]


def _line(letter: queues.DeadLetter, known: set[UUID], items: dict[UUID, PhotoItem]) -> Line:
    item = items.get(letter.photo_id) if letter.photo_id else None
    if letter.photo_id is None:
        reason = "This message names no photo. Deleting it loses nothing."
    elif letter.photo_id not in known:
        reason = "The photo is gone. Looking again only tidies up."
    elif item and item.reason:
        reason = sentence(item.reason)
    else:
        reason = "The worker could not finish it; its log, searched for the photo's id, says why."
    return Line(
        message_id=letter.message_id,
        photo_id=letter.photo_id,
        is_known=letter.photo_id in known,
        received=letter.received,
        sent_at=datetime.fromtimestamp(letter.sent_at_ms / 1000, UTC),
        reason=reason,
        body=letter.body,
    )


def redrive(url: str, *, message_id: str = "") -> Redriven:
    """Have one message, or up to ``AT_ONCE``, looked at again.

    Raises:
        QueueUnavailable: SQS did not answer.
        OriginalsUnavailable: S3 did not take a nudge; its message stays.
    """
    again = 0
    is_found = False

    def is_done(letter: queues.DeadLetter) -> bool:
        nonlocal again, is_found
        if message_id not in {"", letter.message_id}:
            return False
        is_found = bool(message_id)
        is_asked = _ask_again(letter)
        again += is_asked
        return is_asked

    queues.work_off(url, is_done, lambda: is_found or again == AT_ONCE)
    return Redriven(again=again, waiting=queues.depth(url).waiting)


def _ask_again(letter: queues.DeadLetter) -> bool:
    """Ask the worker anew; a message that names no photo is left to a person."""
    if letter.photo_id is None:
        return False
    if letter.prefix == keys.IMPORTS_PREFIX:
        photo = Photo.objects.filter(pk=letter.photo_id).first()
        if photo is not None and photo.origin_url:
            return request_again(photo)
        return True
    originals().nudge(letter.photo_id)
    return True


def discard(url: str, message_id: str) -> bool:
    """Delete one message without looking at its photo again; tell whether it was found.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    is_found = False

    def is_done(letter: queues.DeadLetter) -> bool:
        nonlocal is_found
        is_found = letter.message_id == message_id
        return is_found

    queues.work_off(url, is_done, lambda: is_found)
    return is_found
