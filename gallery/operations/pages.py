"""The operator's pages in the admin: what goes on, and what was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from gallery.operations import dashboard, dead_letters
from gallery.storage.originals import OriginalsUnavailable
from gallery.storage.queues import QueueUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

UNREACHABLE = "The queue or the store does not answer now. What was not looked at again is still here."


def _for_operators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only superusers in: these pages show addresses and act on everybody's photos."""

    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, **arguments)

    return admin.site.admin_view(guarded)


def _context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, **more}


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Show the figures; the page asks for them anew as a fragment, which all who look share."""
    if "fragment" in request.GET:
        template, shown = "operations/_figures.html", dashboard.look_together()
    else:
        template, shown = "operations/operations.html", dashboard.look()
    response = render(request, template, _context(request, "Operations", figures=shown))
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def dead_letter_page(request: HttpRequest) -> HttpResponse:
    """Show what lies in the dead-letter queues."""
    found = []
    for title, url in dead_letters.dead_letter_queues().items():
        try:
            found.append({"title": title, "lines": dead_letters.lines(url), "answers": True})
        except QueueUnavailable:
            found.append({"title": title, "lines": [], "answers": False})
    return render(request, "operations/dead_letters.html", _context(request, "Given up", queues=found))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Redrive one or all of a queue, or discard one."""
    url = dead_letters.dead_letter_queues().get(request.POST.get("queue", ""))
    if url is None:
        raise Http404
    message_id = request.POST.get("message", "")
    if request.headers.get("Accept") == "application/json":
        return _next_batch(url)
    try:
        if request.POST.get("act") == "discard":
            was_there = dead_letters.discard(url, message_id)
            messages.success(request, "Removed." if was_there else "It was gone already.")
        else:
            _say(request, dead_letters.redrive(url, message_id=message_id))
    except (QueueUnavailable, OriginalsUnavailable):
        messages.warning(request, UNREACHABLE)
    return redirect("admin-dead-letters")


def _next_batch(url: str) -> JsonResponse:
    """Redrive one batch for the page's script, which asks until nothing more comes of it."""
    try:
        done = dead_letters.redrive(url)
    except (QueueUnavailable, OriginalsUnavailable):
        return JsonResponse({"sentence": UNREACHABLE}, status=503)
    return JsonResponse({"again": done.again, "waiting": done.waiting})


def _say(request: HttpRequest, done: dead_letters.Redriven) -> None:
    words = "1 is looked at again" if done.again == 1 else f"{done.again} are looked at again"
    if done.waiting:
        words += f", {done.waiting} still wait"
    messages.success(request, f"{words}.")


urlpatterns = [
    path("admin/operations/", _for_operators(operations), name="admin-operations"),
    path("admin/operations/given-up/", _for_operators(dead_letter_page), name="admin-dead-letters"),
    path("admin/operations/given-up/act/", _for_operators(act), name="admin-dead-letters-act"),
]
