"""The operations pages of the admin, and the health checks for load balancers and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gallery.operations import dead_letters, health
from gallery.operations.dashboard import statistics
from gallery.storage.originals import OriginalsUnavailable
from gallery.storage.queues import QueueUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


@never_cache
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer that the process runs; check nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Answer whether the stores that pages need are up, and name those that are down."""
    down = health.names_down()
    return JsonResponse({"ready": not down, "down": down}, status=503 if down else 200)


def operators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Allow superusers only: these pages show addresses and act on photos of every owner."""

    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, **arguments)

    return admin.site.admin_view(guarded)


def _context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, **more}


@operators_only
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Show the statistics; the page renews them as a fragment, which all open pages share."""
    if "fragment" in request.GET:
        template, collected = "operations/_statistics.html", statistics.collect_cached()
    else:
        template, collected = "operations/operations.html", statistics.collect()
    response = render(request, template, _context(request, _("Operations"), statistics=collected))
    response.headers["Cache-Control"] = "no-store"
    return response


@operators_only
@require_safe
def dead_letter_page(request: HttpRequest) -> HttpResponse:
    """Show the messages in the dead-letter queues."""
    queues: list[dict[str, Any]] = []
    for name, url in dead_letters.queue_urls().items():
        queue = {"name": name, "title": dead_letters.title_of(name)}
        try:
            queues.append(queue | {"rows": dead_letters.rows(url), "is_up": True})
        except QueueUnavailable:
            queues.append(queue | {"is_up": False})
    return render(
        request, "operations/dead_letters.html", _context(request, _("Dead letters"), queues=queues)
    )


@operators_only
@require_POST
def dead_letter_action(request: HttpRequest) -> HttpResponse:
    """Retry or delete one message, or retry all messages of a queue."""
    url = dead_letters.queue_urls().get(request.POST.get("queue", ""))
    if url is None:
        raise Http404
    message_id = request.POST.get("message", "")
    if request.headers.get("Accept") == "application/json":
        return _retry_batch(url)
    try:
        if request.POST.get("act") == "discard":
            was_found = dead_letters.discard(url, message_id)
            messages.success(request, _("Deleted.") if was_found else _("This message was already deleted."))
        else:
            messages.success(request, _summary(dead_letters.retry(url, message_id=message_id)))
    except (QueueUnavailable, OriginalsUnavailable):
        messages.warning(request, _unavailable())
    return redirect("admin-dead-letters")


def _retry_batch(url: str) -> JsonResponse:
    """Retry one batch for the page's script, which continues until a batch retries nothing."""
    try:
        result = dead_letters.retry(url)
    except (QueueUnavailable, OriginalsUnavailable):
        return JsonResponse({"sentence": _unavailable()}, status=503)
    return JsonResponse({"again": result.retried, "waiting": result.waiting})


def _summary(result: dead_letters.RetryResult) -> str:
    counts = {"retried": result.retried, "waiting": result.waiting}
    if result.waiting:
        return _("%(retried)d retried, %(waiting)d waiting.") % counts
    return ngettext("%(retried)d message retried.", "%(retried)d messages retried.", result.retried) % counts


def _unavailable() -> str:
    return _("AWS didn't respond. Messages that were not retried are still here. Try again in a minute.")
