"""Error pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render

from gallery.core import reasons

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gallery.core.reasons import Reason


def refusal(reason: Reason) -> JsonResponse:
    """Refuse the whole request."""
    return JsonResponse({"reason": reason.code, "sentence": reason.sentence}, status=reason.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Refuse a form whose token is missing or old, as JSON where the request was JSON."""
    if request.content_type == "application/json":
        return refusal(reasons.CSRF)
    return render(request, "403_csrf.html", status=403)
