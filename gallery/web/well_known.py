"""Addresses that programs look for on any site (RFC 8615)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

VALID_FOR = timedelta(days=180)
"""RFC 9116 recommends less than a year."""


@cache_control(public=True, max_age=3600)
@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """State the contact for security reports (RFC 9116): ``SECURITY_CONTACT``, or the sender of emails."""
    contact = settings.SECURITY_CONTACT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    expires = (timezone.now() + VALID_FOR).replace(minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_ORIGIN}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def change_password(_request: HttpRequest) -> HttpResponse:
    """Redirect password managers to the page that changes the password (W3C, "change-password")."""
    return redirect("password-change")
