"""Redirects from ``localhost`` to ``127.0.0.1``, or the reverse, to the host of ``SITE_ORIGIN``.

Buckets accept uploads from that origin only, so a page opened under the other name could show photos and
not upload any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponseRedirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost"})


class CanonicalHostMiddleware:
    """Redirect pages requested at the other loopback name; leave all other hosts to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, or a redirect."""
        if request.method in {"GET", "HEAD"} and _is_the_other_loopback_name(request):
            return HttpResponseRedirect(settings.SITE_ORIGIN + request.get_full_path())
        return self.get_response(request)


def _is_the_other_loopback_name(request: HttpRequest) -> bool:
    canonical = urlsplit(settings.SITE_ORIGIN).hostname
    if canonical not in LOOPBACK_NAMES:
        return False
    try:
        requested = urlsplit(f"//{request.get_host()}").hostname
    except DisallowedHost:
        return False
    return requested in LOOPBACK_NAMES and requested != canonical
