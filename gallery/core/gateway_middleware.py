"""Sets right what a request looks like after CloudFront, the gateway and Zappa."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseForbidden

from gallery.core import correlation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PROOF_HEADER = "X-Origin-Secret"
REQUEST_ID_HEADER = "X-Request-Id"
THROUGH_TWO = 2
"""Addresses in ``X-Forwarded-For`` of a request that CloudFront handed to the gateway."""


class GatewayMiddleware:
    """Give each request an id for all its log lines, its true sender and its true host.

    Where ``ORIGIN_SECRET`` is set, only CloudFront knows it: nobody reaches the gateway around it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or refuse one that came around CloudFront."""
        context = _request_context(request)
        with correlation.of_request(context.get("requestId")) as request_id:
            response = self._answer(request, context)
        response.headers[REQUEST_ID_HEADER] = request_id
        return response

    def _answer(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
        if settings.ORIGIN_SECRET and not _knows_the_secret(request):
            return HttpResponseForbidden("This gallery is at another address.\n", content_type="text/plain")
        _set_sender(request, context)
        if settings.ORIGIN_SECRET:
            # CloudFront cannot hand the visitor's Host to a gateway, which tells its customers by it.
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_ORIGIN).netloc
        return self.get_response(request)


def _request_context(request: HttpRequest) -> dict[str, Any]:
    """Return what API Gateway itself says of the request, which no visitor can forge."""
    event = request.META.get("lambda.event") or {}
    found: dict[str, Any] = event.get("requestContext") or {}
    return found


def _knows_the_secret(request: HttpRequest) -> bool:
    given = request.headers.get(PROOF_HEADER, "")
    return secrets.compare_digest(given.encode(), settings.ORIGIN_SECRET.encode())


def _set_sender(request: HttpRequest, context: dict[str, Any]) -> None:
    """Believe the gateway's word for the peer, and CloudFront's for the visitor behind it; nobody else's."""
    peer = (context.get("http") or context.get("identity") or {}).get("sourceIp")
    if not peer:
        return
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    # CloudFront adds the visitor, the gateway adds CloudFront; what stands before is the visitor's own word.
    through_cloudfront = bool(settings.ORIGIN_SECRET) and len(forwarded) >= THROUGH_TWO
    request.META["REMOTE_ADDR"] = forwarded[-2] if through_cloudfront else peer
