"""Pages for what went wrong: what happened, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form whose token is missing or old, in the form the client asked in."""
    if request.content_type == "application/json":
        sentence = "This page is out of date. Reload it, then try again."
        return JsonResponse({"reason": "csrf", "sentence": sentence}, status=403)
    return render(request, "403_csrf.html", status=403)
