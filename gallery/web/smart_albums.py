"""Smart albums: saved searches, which show what they find now of a person's own photos."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.albums.models import MAX_TITLE_LENGTH, SmartAlbum
from gallery.core import reasons
from gallery.core.text_fields import CleanField
from gallery.photos.models import Photo
from gallery.photos.paging import Page
from gallery.search import saving
from gallery.search.find import page_of_matching
from gallery.search.query import MAX_LENGTH, parse
from gallery.search.time_limit import TooBroad
from gallery.web.errors import refuse
from gallery.web.limits import SEARCHES, too_fast
from gallery.web.sheets import page_context, render_list

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest


class SmartAlbumForm(forms.Form):
    """A name, and the search."""

    title = CleanField(max_length=MAX_TITLE_LENGTH)
    q = CleanField(max_length=MAX_LENGTH)


@login_required
@require_POST
def create(request: SignedInRequest) -> HttpResponse:
    """Save a search as a smart album."""
    back = f"{reverse('search')}?{urlencode({'q': request.POST.get('q', '')[:MAX_LENGTH]})}"
    form = SmartAlbumForm(request.POST)
    if not form.is_valid():
        return refuse(request, reasons.INVALID, back=back)
    title, typed = form.cleaned_data["title"], form.cleaned_data["q"]
    try:
        return redirect(saving.save(request.user, title=title, query=typed))
    except saving.NotSaved as refusal:
        return refuse(request, refusal.reason, back=back)


@login_required
@require_safe
def smart_album(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Show the person's own photos that the search finds now."""
    found = get_object_or_404(SmartAlbum, owner=request.user, pk=album_id)
    if response := too_fast(request, SEARCHES):
        return response
    photos, refusal = Photo.objects.owned_by(request.user).not_trashed(), None
    try:
        cursor = request.GET.get("cursor", "")
        page = page_of_matching(photos, parse(found.query), request.user, cursor=cursor)
    except TooBroad:
        page, refusal = Page([], ""), reasons.SEARCH_TOO_BROAD
    context = page_context(request, page, title=found.title, move_on=True)
    context |= {"album": found, "refusal": refusal, "tile_query": f"?smart={found.pk}"}
    context["selection"] = {"kind": "library", "all": urlencode({"q": found.query})}
    return render_list(request, "albums/smart_album.html", context)


@login_required
@require_POST
def delete(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Delete a smart album; the photos stay as they are."""
    get_object_or_404(SmartAlbum, owner=request.user, pk=album_id).delete()
    messages.success(request, _("Smart album deleted. Its photos were kept."))
    return redirect("albums")
