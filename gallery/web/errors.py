"""Error pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults

from gallery.core import outages, reasons
from gallery.core.database_waits import RETRY_AFTER_SECONDS, is_busy

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.core.reasons import Reason


def refusal(reason: Reason) -> JsonResponse:
    """Refuse the whole request."""
    return JsonResponse({"reason": reason.code, "sentence": reason.sentence}, status=reason.status)


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script asks, and not a form."""
    return request.headers.get("Accept") == "application/json"


def own_path(untrusted: str) -> str:
    """Return a path of this gallery to go back to; empty if it is none."""
    is_ours = untrusted.startswith("/") and url_has_allowed_host_and_scheme(untrusted, allowed_hosts=None)
    return untrusted if is_ours else ""


def refuse(
    request: HttpRequest, reason: Reason, sentence: str = "", *, back: str, wait: int = 0
) -> HttpResponse:
    """Refuse what a script or a form asked, which goes ``back``. Say why; ``wait`` are seconds."""
    if wants_json(request):
        found = {"reason": reason.code, "sentence": sentence or reason.sentence}
        response: HttpResponse = JsonResponse(found, status=reason.status)
    else:
        messages.warning(request, sentence or reason.sentence)
        response = redirect(back)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an exception (Django's ``handler500``): a database that is locked or away is no bug."""
    found = sys.exc_info()[1]
    if not is_busy(found):
        return defaults.server_error(request)
    outages.note("Database", str(found))
    if "application/json" in {request.content_type, request.headers.get("Accept")}:
        response: HttpResponse = refusal(reasons.DATABASE_BUSY)
    else:
        # Without context processors: they would ask the database.
        response = HttpResponse(
            loader.get_template("503.html").render({"sentence": reasons.DATABASE_BUSY.sentence}),
            status=reasons.DATABASE_BUSY.status,
        )
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Refuse a form whose token is missing or old, as JSON where the request was JSON."""
    if request.content_type == "application/json":
        return refusal(reasons.CSRF)
    return render(request, "403_csrf.html", status=403)
