"""Email settings, the unsubscribe link in each email, and the schema of photo events."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose, person_of, rhythm_of
from gallery.web.forms import RhythmForm, form_page
from thumbworker import contract

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.accounts.typing import SignedInRequest

SAVED = {
    Rhythm.DAILY: _("Saved. You'll get at most one email a day."),
    Rhythm.AT_ONCE: _("Saved. You'll get an email as soon as something happens."),
    Rhythm.OFF: _("Saved. You won't get any more emails about your photos."),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Show and save how often a person gets email about their photos."""
    form = RhythmForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        rhythm = Rhythm(form.cleaned_data["rhythm"])
        choose(request.user, rhythm)
        messages.success(request, SAVED[rhythm])
        return redirect("notifications")
    form = form or RhythmForm(initial={"rhythm": rhythm_of(request.user)})
    return form_page(request, "notifications/preferences.html", form)


# An email program posts here on its own (RFC 8058), without a session; the signed token is the permission.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a person's email by the link in it. Only POST changes anything: mail scanners open links."""
    person = person_of(token)
    if person is None:
        return render(request, "notifications/stop.html", {}, status=HTTPStatus.NOT_FOUND)
    if request.method == "POST":
        choose(person, Rhythm.OFF)
    stopped = rhythm_of(person) == Rhythm.OFF
    return render(request, "notifications/stop.html", {"person": person, "stopped": stopped})


@cache
def _schema() -> bytes:
    return Path(contract.__file__).with_name("events.schema.json").read_bytes()


@cache_control(public=True, max_age=3600)
@require_safe
def news_schema(_request: HttpRequest) -> HttpResponse:
    """Return the JSON Schema of the events that other systems receive."""
    return HttpResponse(_schema(), content_type="application/schema+json")
