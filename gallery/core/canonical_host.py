"""Sends a person who opened the gallery under another name of the same machine to its one address.

Buckets accept uploads from exactly one origin, so a page opened at ``localhost`` could show photos and
take none.
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
    """Redirect pages asked for at the other loopback name; leave all other hosts to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or redirect it."""
        if request.method in {"GET", "HEAD"} and _is_the_other_loopback_name(request):
            return HttpResponseRedirect(settings.SITE_ORIGIN + request.get_full_path())
        return self.get_response(request)


def _is_the_other_loopback_name(request: HttpRequest) -> bool:
    right = urlsplit(settings.SITE_ORIGIN).hostname
    if right not in LOOPBACK_NAMES:
        return False
    try:
        asked = urlsplit(f"//{request.get_host()}").hostname
    except DisallowedHost:
        return False
    return asked in LOOPBACK_NAMES and asked != right
