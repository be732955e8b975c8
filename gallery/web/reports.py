"""Report a public photo: a form that works without an account and without JavaScript."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.accounts.client_address import client_address
from gallery.core import reasons
from gallery.core.text_fields import CleanField
from gallery.photos.models import Photo
from gallery.reports import actions
from gallery.reports.models import MAX_WORDS, ReportReason
from gallery.web.forms import form_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import Request


class ReportForm(forms.Form):
    """Why the visitor reports the photo."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong with this photo?"),
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
    )
    words = CleanField(
        label=gettext_lazy("Anything else we should know? (optional)"),
        max_length=MAX_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_WORDS}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request, photo_id: UUID) -> HttpResponse:
    """Ask why, and store the report. The photo stays public until a moderator decides."""
    photo = get_object_or_404(Photo.objects.public(), pk=photo_id)
    form = ReportForm(request.POST or None)
    context = {"page_title": _("Report this photo"), "photo_url": photo.get_absolute_url()}
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "photos/report.html", form, **context)
    reporter = actions.reporter_of(request.user, client_address(request))
    if wait := actions.wait_seconds(reporter):
        form.add_error(None, _("You sent many reports. Try again later."))
        response = form_page(request, "photos/report.html", form, **context)
        response.status_code = HTTPStatus(reasons.TOO_FAST.status)
        response["Retry-After"] = str(wait)
        return response
    actions.report(photo.pk, **form.cleaned_data, reporter=reporter)
    messages.success(request, _("Thanks. A moderator will look at this photo."))
    return redirect(photo)
