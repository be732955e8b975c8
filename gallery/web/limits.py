"""Limit how often pages write and search, by the one rate limiter.

The API's limits would be no use otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import ngettext

from gallery.accounts.devices import visitor_of
from gallery.accounts.rate_limits import Limit, retry_after_seconds
from gallery.core import reasons
from gallery.web.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
MINUTE = timedelta(minutes=1)
WRITES = Limit("page-writes", 240, MINUTE, burst=120)
"""As many as the API allows by default. A person who edits by keyboard makes ten a minute."""
STAFF_WRITES = Limit("staff-writes", 1200, MINUTE, burst=1200)
"""A moderator decides by keys, ten a second at most."""
OFFERS = Limit("page-offers", 1200, MINUTE, burst=2000)
"""Calls that brought no offer. Choosing 2,000 photos again, which are all there, makes so many."""
SEARCHES = Limit("page-searches", 600, MINUTE, burst=300)
"""As many as the API allows by default: no other page costs the database as much. Each pause while a person
types makes two."""
DOWNLOADS = Limit("page-downloads", 300, MINUTE, burst=150)
"""Pages of signed addresses: 15,000 photos a minute."""

API_PREFIX, STAFF_PREFIX = "/api/", "/admin/"
UNLIMITED = frozenset({"health/", "sign-out/", "uploads/offers/", "photos/<uuid:photo_id>/order/"})
"""Routes: health needs no database, leaving is never refused, offers count in their view, order redirects."""


class PageWriteLimit:
    """Refuses a form or a script's request that is beyond the limit of its user or visitor.

    It counts what passed the CSRF check, so no other site can use up a person's limit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the check needs to know its view."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Count a write, and refuse it if there are too many."""
        if request.method in SAFE_METHODS or request.path_info.startswith(API_PREFIX):
            return None
        if request.resolver_match and request.resolver_match.route in UNLIMITED:
            return None
        is_staff = request.path_info.startswith(STAFF_PREFIX) and request.user.is_staff
        return too_fast(request, STAFF_WRITES if is_staff else WRITES)


def wait_seconds(request: HttpRequest, limit: Limit) -> int:
    """Count a request of its user or visitor. Return 0, or how long to wait before the next."""
    user = request.user
    subject = str(user.pk) if user.is_authenticated else visitor_of(request)
    return retry_after_seconds(limit, subject)


def too_fast(request: HttpRequest, limit: Limit) -> HttpResponse | None:
    """Count a request. Return the refusal if it is beyond the limit: a page, or JSON where JSON was sent."""
    wait = wait_seconds(request, limit)
    if not wait:
        return None
    sentence = ngettext(
        "Too many changes at once. Wait %(count)d second, then try again.",
        "Too many changes at once. Wait %(count)d seconds, then try again.",
        wait,
    ) % {"count": wait}
    is_json = request.content_type == "application/json"
    response: HttpResponse = (
        refusal(replace(reasons.TOO_FAST, message=sentence))
        if is_json or request.headers.get("Accept") == "application/json"
        else render(request, "429.html", {"sentence": sentence}, status=HTTPStatus.TOO_MANY_REQUESTS)
    )
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response
