"""Restores sender, host and request id after CloudFront, API Gateway and Zappa."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseForbidden
from django.utils.translation import gettext as _

from gallery.core import correlation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

FROM_CLOUDFRONT_HEADER = "X-Origin-Secret"
REQUEST_ID_HEADER = "X-Request-Id"
MIN_FORWARDED_ADDRESSES = 2
"""Addresses in ``X-Forwarded-For`` of a request that CloudFront forwarded to the gateway."""


class GatewayMiddleware:
    """Give each request an id for its log lines, its real sender and its real host.

    Where ``ORIGIN_SECRET`` is set, only CloudFront knows it, so requests that bypass CloudFront are refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, or refuse a request that bypassed CloudFront."""
        context = _request_context(request)
        with correlation.of_request(context.get("requestId")) as request_id:
            response = self._answer(request, context)
        response.headers[REQUEST_ID_HEADER] = request_id
        return response

    def _answer(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
        if settings.ORIGIN_SECRET and not _has_origin_secret(request):
            sentence = _("This gallery has a different address.")
            return HttpResponseForbidden(f"{sentence}\n", content_type="text/plain")
        _set_sender(request, context)
        if settings.ORIGIN_SECRET:
            # CloudFront cannot forward the visitor's Host: the gateway selects its API by that header.
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_ORIGIN).netloc
        return self.get_response(request)


def _request_context(request: HttpRequest) -> dict[str, Any]:
    """Return the context that API Gateway adds, which a visitor cannot forge."""
    event = request.META.get("lambda.event") or {}
    context: dict[str, Any] = event.get("requestContext") or {}
    return context


def _has_origin_secret(request: HttpRequest) -> bool:
    given = request.headers.get(FROM_CLOUDFRONT_HEADER, "")
    return secrets.compare_digest(given.encode(), settings.ORIGIN_SECRET.encode())


def _set_sender(request: HttpRequest, context: dict[str, Any]) -> None:
    """Take the peer from the gateway and the visitor from CloudFront; trust no other header."""
    peer = (context.get("http") or context.get("identity") or {}).get("sourceIp")
    if not peer:
        return
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    # CloudFront appends the visitor, the gateway appends CloudFront; a visitor can forge what is before.
    through_cloudfront = bool(settings.ORIGIN_SECRET) and len(forwarded) >= MIN_FORWARDED_ADDRESSES
    request.META["REMOTE_ADDR"] = forwarded[-2] if through_cloudfront else peer
