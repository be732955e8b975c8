"""Idempotency keys: a repeated write gets the first response and changes nothing.

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
    from gallery.api.authorization import ApiRequest

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT = timedelta(hours=24)
# A web function runs for at most 30 seconds; after a minute the first request has ended.
AT_WORK_AT_MOST = timedelta(minutes=1)
KEPT_HEADERS = ("Content-Type", "Location", "Retry-After")
MAX_KEY_LENGTH = 255


class Replay(Exception):
    """The request already has a response."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("replayed")
        self.response = response


def begin(request: HttpRequest, user: User) -> RememberedAnswer | None:
    """Record the start of a write; return ``None`` if it has no key.

    Raises:
        Replay: the write already has a response.
        Problem: the key is malformed, belongs to another request, or the first request is still running.
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
    """Repeat the first response, or take over from a first request that never finished."""
    if first is None:
        raise Problem(reasons.KEY_AT_WORK, headers={"Retry-After": "1"})
    if first.fingerprint != fingerprint:
        raise Problem(reasons.KEY_REUSED)
    if first.status:
        response = HttpResponse(bytes(first.body), status=first.status, headers=first.headers)
        response[REPLAYED_HEADER] = "true"
        raise Replay(response)
    now = timezone.now()
    abandoned = RememberedAnswer.objects.filter(
        pk=first.pk, status=0, created_at__lt=now - AT_WORK_AT_MOST, fingerprint=fingerprint
    )
    if not abandoned.update(created_at=now):
        raise Problem(reasons.KEY_AT_WORK, headers={"Retry-After": "1"})
    return first


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(_comparable_body(request))
    return digest.hexdigest()


def _comparable_body(request: HttpRequest) -> bytes:
    """Return the body without the multipart boundary, which differs for every repetition."""
    marker = "boundary="
    content_type = request.headers.get("Content-Type", "")
    if marker not in content_type:
        return request.body
    boundary = content_type.split(marker, 1)[1].split(";")[0].strip('" ')
    return request.body.replace(boundary.encode(), b"")


def complete(remembered: RememberedAnswer, response: HttpResponse) -> None:
    """Store the response for repetitions, unless it asks the client to retry."""
    rows = RememberedAnswer.objects.filter(pk=remembered.pk)
    if response.status_code >= 500 or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        rows.delete()
        return
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    rows.update(status=response.status_code, headers=headers, body=response.content)


def leave_out(request: ApiRequest) -> None:
    """Don't store the response of this request: it holds a secret."""
    if request.remembered_answer:
        request.remembered_answer.delete()
    request.remembered_answer = None


def forget_old() -> int:
    """Delete expired responses; return their number."""
    return RememberedAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
