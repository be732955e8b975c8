"""Errors as problem details (RFC 9457), each with a stable reason code and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from gallery.core import reasons
from gallery.core.database_waits import RETRY_AFTER_SECONDS

if TYPE_CHECKING:
    from gallery.core.reasons import Reason
    from gallery.photos.actions import Outcome

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/v1/problems#"
"""A relative reference, as RFC 9457 allows, to the page that explains the reason."""
STORE_RETRY_AFTER_SECONDS = 60

BY_STATUS: dict[int, Reason] = {
    400: reasons.MALFORMED,
    401: reasons.TOKEN_MISSING,
    403: reasons.NOT_ALLOWED,
    404: reasons.NOT_FOUND,
    405: reasons.METHOD_NOT_ALLOWED,
    409: reasons.CONFLICT,
    410: reasons.NO_LONGER_SHARED,
    413: reasons.TOO_LARGE_TO_SEND,
    422: reasons.INVALID,
    429: reasons.TOO_FAST,
    503: reasons.DATABASE_BUSY,
}


@dataclass(slots=True)
class Problem(Exception):
    """An error for the client. ``sentence`` and ``status`` replace the reason's if given."""

    reason: Reason
    sentence: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: HTTPStatus | None = None


def of_outcome(outcome: Outcome) -> Problem:
    """Return the problem for an action that was not done."""
    return Problem(reasons.ALL[outcome.value])


def document(problem: Problem) -> dict[str, Any]:
    """Return the problem document."""
    return {
        "type": TYPE_PREFIX + problem.reason.code,
        "title": problem.reason.title,
        "status": int(problem.status or problem.reason.status),
        "detail": problem.sentence or problem.reason.sentence,
        "reason": problem.reason.code,
        "errors": problem.errors,
    }


def response(problem: Problem) -> JsonResponse:
    """Return the problem as a response."""
    body = document(problem)
    answer = JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE, headers=problem.headers)
    if body["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        is_database = problem.reason is reasons.DATABASE_BUSY
        seconds = RETRY_AFTER_SECONDS if is_database else STORE_RETRY_AFTER_SECONDS
        answer.headers.setdefault("Retry-After", str(seconds))
    if body["status"] == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
