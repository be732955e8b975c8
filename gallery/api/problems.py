"""Refusals as problem details (RFC 9457), each with a stable reason code and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from gallery.photos.actions import Outcome

if TYPE_CHECKING:
    from gallery.uploads.file_checks import Refusal

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/v1/problems#"
"""A relative reference, as RFC 9457 allows: it leads to the page that explains the reason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal: its reason code, status, short title and usual sentence."""

    reason: str
    status: HTTPStatus
    title: str
    sentence: str


TOKEN_MISSING = Kind(
    "token_missing",
    HTTPStatus.UNAUTHORIZED,
    "Token missing",
    "Send your token in the header Authorization: Bearer.",
)
TOKEN_INVALID = Kind(
    "token_invalid",
    HTTPStatus.UNAUTHORIZED,
    "Token not valid",
    "This token is unknown, expired or revoked. Make a new one on your account page.",
)
SCOPE_MISSING = Kind(
    "scope_missing",
    HTTPStatus.FORBIDDEN,
    "Scope missing",
    "This token may not do that. Make one with the scope it needs.",
)
NOT_ALLOWED = Kind("not_allowed", HTTPStatus.FORBIDDEN, "Not allowed", "You may not do that.")
NOT_FOUND = Kind("not_found", HTTPStatus.NOT_FOUND, "Not found", "There is nothing here, or not for you.")
METHOD_NOT_ALLOWED = Kind(
    "method_not_allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "Method not allowed",
    "This address does not take that method; the header Allow names those it takes.",
)
MALFORMED = Kind(
    "malformed",
    HTTPStatus.BAD_REQUEST,
    "Malformed",
    "The request could not be read. Send it as the description of the API says.",
)
INVALID = Kind(
    "invalid",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "Not valid",
    "Some values are not what the description of the API says; see errors.",
)
CONFLICT = Kind(Outcome.CONFLICT.value, HTTPStatus.CONFLICT, "Conflict", Outcome.CONFLICT.sentence)
WORDS_CHANGED = Kind(
    Outcome.WORDS_CHANGED.value, HTTPStatus.CONFLICT, "Words changed", Outcome.WORDS_CHANGED.sentence
)
ALREADY_THERE = Kind(
    Outcome.DUPLICATE.value, HTTPStatus.CONFLICT, "Already there", Outcome.DUPLICATE.sentence
)
TOO_FAST = Kind(
    "too_fast",
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too fast",
    "Too many requests. Wait as long as Retry-After says.",
)
KEY_REUSED = Kind(
    "idempotency_key_reused",
    HTTPStatus.CONFLICT,
    "Idempotency key used before",
    "This idempotency key came with another request before. Use a new one.",
)
KEY_AT_WORK = Kind(
    "idempotency_key_at_work",
    HTTPStatus.CONFLICT,
    "Still at work",
    "The first request with this idempotency key is still at work. Repeat it in a moment.",
)
KEY_MALFORMED = Kind(
    "idempotency_key_malformed",
    HTTPStatus.BAD_REQUEST,
    "Idempotency key malformed",
    "An idempotency key has 1 to 255 printable ASCII characters.",
)
TOO_LARGE = Kind(
    "request_too_large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "Request too large",
    "This request is too large. Ask for an upload address and send the file there.",
)
UNAVAILABLE = Kind(
    Outcome.STORE_UNAVAILABLE.value,
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Store not answering",
    Outcome.STORE_UNAVAILABLE.sentence,
)
BROKEN = Kind(
    "broken",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something broke",
    "Something broke on our side. Try it again in a minute.",
)

KINDS = tuple(value for value in globals().values() if isinstance(value, Kind))

BY_REASON = {kind.reason: kind for kind in KINDS}

BY_STATUS: dict[int, Kind] = {
    400: MALFORMED,
    401: TOKEN_MISSING,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    409: CONFLICT,
    413: TOO_LARGE,
    422: INVALID,
    429: TOO_FAST,
    503: UNAVAILABLE,
}


@dataclass(slots=True)
class Problem(Exception):
    """A refusal on its way to the client."""

    kind: Kind
    sentence: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def refused(refusal: Refusal, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> Problem:
    """Return the problem that stands for a refusal of the gallery's core."""
    return Problem(Kind(refusal.reason, status, "Refused", refusal.sentence))


def of_outcome(outcome: Outcome) -> Problem:
    """Return the problem that stands for an action that was not done."""
    return Problem(BY_REASON[outcome.value])


def document(problem: Problem) -> dict[str, Any]:
    """Return the problem document."""
    kind = problem.kind
    return {
        "type": TYPE_PREFIX + kind.reason,
        "title": kind.title,
        "status": int(kind.status),
        "detail": problem.sentence or kind.sentence,
        "reason": kind.reason,
        "errors": problem.errors,
    }


def response(problem: Problem) -> JsonResponse:
    """Return the problem as a response."""
    answer = JsonResponse(
        document(problem), status=problem.kind.status, content_type=MEDIA_TYPE, headers=problem.headers
    )
    if problem.kind.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
