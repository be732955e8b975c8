"""The page of a person's own tags: rename, merge, remove everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.albums.models import MAX_TAG_COLUMN
from gallery.albums.tag_counts import COUNTED_UP_TO, tags_seen
from gallery.albums.tagging import TagRefused, clean_tag
from gallery.batches import actions, tags
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.web.batches import go_on
from gallery.web.errors import refuse, wants_json
from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

MOST_SHOWN = 200


@login_required
@require_safe
def my_tags(request: SignedInRequest) -> HttpResponse:
    """Show the tags of the person's photos with how many have each."""
    start = request.GET.get("q", "")[:40].replace("\0", "")
    mine = Photo.objects.owned_by(request.user).not_trashed()
    found = tags_seen(mine, [mine], start=folded(start), limit=MOST_SHOWN)
    context = {
        "page_title": _("Tags"),
        "tags": sorted(found),
        "start": start,
        "is_cut": len(found) == MOST_SHOWN,
        "counted_up_to": COUNTED_UP_TO,
    }
    return render(request, "albums/my_tags.html", context)


def _stored_tag(request: SignedInRequest) -> str:
    return clean_tag(request.POST.get("tag", ""), longest=MAX_TAG_COLUMN)


@login_required
@require_POST
def rename(request: SignedInRequest) -> HttpResponse:
    """Rename a tag on all of the person's photos. Ask first if that merges it with another one."""
    back = reverse("my-tags")
    try:
        tag, to = _stored_tag(request), clean_tag(request.POST.get("to", ""))
    except TagRefused as refused:
        return refuse(request, reasons.INVALID, str(refused), back=back)
    try:
        return go_on(request, tags.rename(request.user, tag, to, merge="merge" in request.POST), back=back)
    except actions.Refused as refused:
        if refused.reason is not reasons.TAG_EXISTS or tag == to or wants_json(request):
            return refuse(request, refused.reason, back=back, wait=refused.wait_seconds)
    context = {"page_title": _("Merge tags"), "tag": tag, "to": to}
    return render(request, "albums/merge_tags.html", context)


@login_required
@require_POST
def remove(request: SignedInRequest) -> HttpResponse:
    """Remove a tag from all of the person's photos."""
    back = reverse("my-tags")
    try:
        return go_on(request, tags.remove(request.user, _stored_tag(request)), back=back)
    except TagRefused as refused:
        return refuse(request, reasons.INVALID, str(refused), back=back)
    except actions.Refused as refused:
        return refuse(request, refused.reason, back=back, wait=refused.wait_seconds)
