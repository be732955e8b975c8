"""Idempotency keys: a repeated write gets the first one's answer and does nothing again.

Reference: the IETF draft "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone

from gallery.api.models import RememberedAnswer
from gallery.api.problems import Problem
from gallery.core import reasons

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.accounts.models import User

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT = timedelta(hours=24)
# A web function lives 30 seconds at most; after a minute the first one is surely dead.
AT_WORK_AT_MOST = timedelta(minutes=1)
KEPT_HEADERS = ("Content-Type", "Location", "Retry-After")
MAX_KEY_LENGTH = 255


class Replay(Exception):
    """The answer to this request is known already."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__("replayed")
        self.answer = answer


def begin(request: HttpRequest, user: User) -> RememberedAnswer | None:
    """Note that this write has begun; ``None`` where it carries no key.

    Raises:
        Replay: it was answered before; the answer is repeated.
        Problem: the key is malformed, came with another request, or its first request is still at work.
    """
    key = request.headers.get(HEADER)
    if request.method not in WRITES or key is None:
        return None
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise Problem(reasons.KEY_MALFORMED)
    now = timezone.now()
    fingerprint = _fingerprint(request)
    RememberedAnswer.objects.filter(user=user, key=key, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return RememberedAnswer.objects.create(
                user=user, key=key, fingerprint=fingerprint, created_at=now
            )
    except IntegrityError:
        return _repeat(RememberedAnswer.objects.filter(user=user, key=key).first(), fingerprint)


def _repeat(first: RememberedAnswer | None, fingerprint: str) -> RememberedAnswer:
    """Answer a repetition; take over from a first request that died."""
    if first is None:
        raise Problem(reasons.KEY_AT_WORK, headers={"Retry-After": "1"})
    if first.fingerprint != fingerprint:
        raise Problem(reasons.KEY_REUSED)
    if first.status:
        answer = HttpResponse(bytes(first.body), status=first.status, headers=first.headers)
        answer[REPLAYED_HEADER] = "true"
        raise Replay(answer)
    now = timezone.now()
    dead = RememberedAnswer.objects.filter(
        pk=first.pk, status=0, created_at__lt=now - AT_WORK_AT_MOST, fingerprint=fingerprint
    )
    if not dead.update(created_at=now):
        raise Problem(reasons.KEY_AT_WORK, headers={"Retry-After": "1"})
    return first


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(_comparable_body(request))
    return digest.hexdigest()


def _comparable_body(request: HttpRequest) -> bytes:
    """Return the body without the boundary, which clients choose anew for every repetition."""
    marker = "boundary="
    content_type = request.headers.get("Content-Type", "")
    if marker not in content_type:
        return request.body
    boundary = content_type.split(marker, 1)[1].split(";")[0].strip('" ')
    return request.body.replace(boundary.encode(), b"")


def complete(remembered: RememberedAnswer, answer: HttpResponse) -> None:
    """Keep the answer for repetitions; forget a refusal that asks to come again."""
    rows = RememberedAnswer.objects.filter(pk=remembered.pk)
    if answer.status_code >= 500 or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        rows.delete()
        return
    headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    rows.update(status=answer.status_code, headers=headers, body=answer.content)


def forget_old() -> int:
    """Remove answers that are too old to be repeated; return how many."""
    return RememberedAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
