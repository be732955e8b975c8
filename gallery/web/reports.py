"""Report a public or shared photo: a form that works without an account and without JavaScript."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
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
from gallery.sharing.models import is_in
from gallery.web.forms import form_page
from gallery.web.shared import called_with_grant

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import Request
    from gallery.sharing.models import Grant


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
    return _asked(request, photo, photo.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@called_with_grant
def report_shared(request: Request, grant: Grant, photo_id: UUID) -> HttpResponse:
    """Ask why, and store the report of a photo that a grant shows: to anyone but its owner."""
    photo = get_object_or_404(Photo.objects.shown_by_grants(), is_in([grant.album_id]), pk=photo_id)
    if photo.owner_id == request.user.pk:
        raise Http404
    response = _asked(request, photo, reverse("shared-photo", args=[grant.pk, photo.pk]), in_share=True)
    # With "no-referrer", browsers send forms with "Origin: null", which no check of CSRF lets pass.
    response["Referrer-Policy"] = "same-origin"
    return response


def _asked(request: Request, photo: Photo, photo_url: str, *, in_share: bool = False) -> HttpResponse:
    form = ReportForm(request.POST or None)
    context = {"page_title": _("Report this photo"), "photo_url": photo_url}
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "photos/report.html", form, **context)
    reporter = actions.reporter_of(request.user, client_address(request))
    if wait := actions.wait_seconds(reporter):
        form.add_error(None, _("You sent many reports. Try again later."))
        response = form_page(request, "photos/report.html", form, **context)
        response.status_code = HTTPStatus(reasons.TOO_FAST.status)
        response["Retry-After"] = str(wait)
        return response
    actions.report(photo.pk, **form.cleaned_data, reporter=reporter, in_share=in_share)
    messages.success(request, _("Thanks. A moderator will look at this photo."))
    return redirect(photo_url)
