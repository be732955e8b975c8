"""Error pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render

from gallery.core import reasons

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Refuse a form whose token is missing or old, as JSON where the request was JSON."""
    if request.content_type == "application/json":
        found = reasons.CSRF
        return JsonResponse({"reason": found.code, "sentence": found.sentence}, status=found.status)
    return render(request, "403_csrf.html", status=403)
