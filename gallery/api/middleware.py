"""Complete every API response: HEAD and OPTIONS, problem details, ETag, CORS, no shared caching.

It ignores other paths, and queries the database only for requests with an idempotency key.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from gallery.api import idempotency, problems
from gallery.core import reasons
from gallery.core.database_waits import best_effort

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

PREFIX = "/api/"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match"
EXPOSED_HEADERS = "ETag, Location, Retry-After, Idempotency-Replayed"
PREFLIGHT_SECONDS = 3600
JSON_TYPES = ("application/json", problems.MEDIA_TYPE)


class ApiMiddleware:
    """Completes the responses under ``/api/``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer HEAD as GET without the body, OPTIONS with the allowed methods; complete any response."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if request.method != "HEAD":
            return self._complete(request)
        # ninja's operations know no HEAD. It has the headers of GET, Content-Length too (RFC 9110, 9.3.2).
        request.method = "GET"
        answer = self._complete(request)
        request.method = "HEAD"
        answer["Content-Length"] = str(len(answer.content))
        answer.content = b""
        return answer

    def _complete(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if "Allow" in answer.headers:
            answer["Allow"] = _allowed(answer["Allow"])
        if request.method == "OPTIONS" and answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return _with_cors(request, _options(answer))
        answer = _as_problem(answer)
        remembered = getattr(request, "remembered_answer", None)
        if remembered is not None:
            # The write is done; its answer is worth more than that a repetition gets it, too.
            best_effort("idempotency", lambda: idempotency.complete(remembered, answer), None)
        return _with_cors(request, _conditional(request, answer))


def _allowed(methods: str) -> str:
    """Return the methods that the view names, and those that this middleware adds."""
    found = {method.strip() for method in methods.split(",")}
    return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


def _options(not_allowed: HttpResponse) -> HttpResponse:
    """Return the methods named by the 405 response."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Allow": not_allowed["Allow"]})


def _as_problem(answer: HttpResponse) -> HttpResponse:
    """Replace an HTML error page, such as Django's 404, by a problem."""
    if answer.status_code < 400 or answer.headers.get("Content-Type", "").startswith(JSON_TYPES):
        return answer
    fallback = reasons.BROKEN if answer.status_code >= 500 else reasons.MALFORMED
    kind = problems.BY_STATUS.get(answer.status_code, fallback)
    replaced = problems.response(problems.Problem(kind))
    if "Allow" in answer.headers:
        replaced["Allow"] = answer["Allow"]
    return replaced


def _conditional(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    is_json = answer.headers.get("Content-Type", "").startswith(JSON_TYPES)
    if is_json:
        patch_vary_headers(answer, ["Accept-Encoding", "Authorization"])
        answer.headers.setdefault("Cache-Control", "private, no-cache")
    if request.method != "GET" or answer.status_code != HTTPStatus.OK or not is_json:
        return answer
    set_response_etag(answer)
    found = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return cast("HttpResponse", found)


def _with_cors(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Let pages of the configured origins read the response. The API takes no cookies."""
    if not settings.API_CORS_ORIGINS:
        return answer
    patch_vary_headers(answer, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin in settings.API_CORS_ORIGINS:
        answer["Access-Control-Allow-Origin"] = origin
        answer["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        if request.method == "OPTIONS":
            answer["Access-Control-Allow-Methods"] = answer.headers.get("Allow", "")
            answer["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            answer["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return answer
