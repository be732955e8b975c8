"""Lists dead letters and retries them: nudges the photo, then deletes the message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from gallery.imports.requests import request_again
from gallery.photos.models import Photo
from gallery.storage import catalogue, queues
from gallery.storage.originals import originals
from thumbworker.contract import keys
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.items import PhotoItem

PAGE_SIZE = 50
RETRY_BATCH_SIZE = 50
"""Messages retried by one request, which has less than 30 seconds; the next request continues."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message on the page. ``reason`` is a sentence for people."""

    message_id: str
    photo_id: UUID | None
    is_known: bool
    attempts: int
    sent_at: datetime
    reason: str
    body: str


@dataclass(frozen=True, slots=True)
class RetryResult:
    """How many messages were retried, and how many are left."""

    retried: int
    waiting: int


def queue_urls() -> dict[str, str]:
    """Return the URLs of the dead-letter queues by their names in forms."""
    urls = {
        "Thumbnails": settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL,
        "Imports": settings.IMPORTS_DEAD_LETTER_QUEUE_URL,
    }
    return {name: url for name, url in urls.items() if url}


def title_of(name: str) -> str:
    """Return the title of a queue for people."""
    return _("Imports") if name == "Imports" else _("Thumbnails")


def rows(url: str) -> list[Row]:
    """Return the first messages of a queue, which stay in it.

    Without the catalogue they have no reason from the worker.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    letters = queues.take(url, max_messages=PAGE_SIZE)
    queues.give_back(url, letters)
    photo_ids = {letter.photo_id for letter in letters if letter.photo_id}
    known = set(Photo.objects.filter(pk__in=photo_ids).values_list("pk", flat=True))
    items = catalogue.read(photo_ids).items
    return [_row(letter, known, items) for letter in letters]


def _row(letter: queues.DeadLetter, known: set[UUID], items: dict[UUID, PhotoItem]) -> Row:
    item = items.get(letter.photo_id) if letter.photo_id else None
    if letter.photo_id is None:
        reason = _(
            "This message doesn't name a photo. If it names a file that someone put into S3, move the file "
            "to inbox/USERNAME/, where the gallery takes it, and delete the message."
        )
    elif letter.photo_id not in known:
        reason = _("This photo was deleted. Retrying only cleans up.")
    elif item and item.reason:
        reason = sentence(item.reason)
    else:
        reason = _("The worker couldn't process this photo. Search its log for the photo's ID.")
    return Row(
        message_id=letter.message_id,
        photo_id=letter.photo_id,
        is_known=letter.photo_id in known,
        attempts=letter.attempts,
        sent_at=datetime.fromtimestamp(letter.sent_at_ms / 1000, UTC),
        reason=reason,
        body=letter.body,
    )


def retry(url: str, *, message_id: str = "") -> RetryResult:
    """Retry one message, or up to ``RETRY_BATCH_SIZE``.

    Raises:
        QueueUnavailable: SQS did not answer.
        OriginalsUnavailable: S3 did not accept a nudge; its message stays.
    """
    retried = 0
    is_found = False

    def is_done(letter: queues.DeadLetter) -> bool:
        nonlocal retried, is_found
        if message_id not in {"", letter.message_id}:
            return False
        is_found = bool(message_id)
        is_retried = _retry_letter(letter)
        retried += is_retried
        return is_retried

    queues.process(url, is_done, lambda: is_found or retried == RETRY_BATCH_SIZE)
    return RetryResult(retried=retried, waiting=queues.depth(url).waiting)


def _retry_letter(letter: queues.DeadLetter) -> bool:
    """Retry one message; return whether it may be deleted. One that names no photo is left to a person."""
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
    """Delete one message without a retry; return whether it was found.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    is_found = False

    def is_done(letter: queues.DeadLetter) -> bool:
        nonlocal is_found
        is_found = letter.message_id == message_id
        return is_found

    queues.process(url, is_done, lambda: is_found)
    return is_found
