"""Photos that look the same, side by side: keep the best, keep some, or keep all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.core import reasons
from gallery.duplicates import groups
from gallery.duplicates.compare import MOST_IN_GROUP
from gallery.presentation.tiles import tiles_of
from gallery.storage.catalogue import BATCH_SIZE
from gallery.web.batches import go_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from gallery.accounts.models import User
    from gallery.accounts.typing import SignedInRequest
    from gallery.duplicates.groups import Group
    from gallery.photos.models import Photo
    from gallery.presentation.tiles import Tile


@login_required
@require_safe
def duplicates(request: SignedInRequest) -> HttpResponse:
    """Show the groups that are still to decide."""
    found, total = groups.undecided(request.user)
    tiles = _tiles([photo for group in found for photo in group.photos], request.user)
    context = {
        "page_title": _("Duplicates"),
        "groups": [
            (group, [(tiles[photo.pk], photo, photo == group.best) for photo in group.photos])
            for group in found
        ],
        "total": total,
    }
    return render(request, "photos/duplicates.html", context)


def _tiles(photos: Sequence[Photo], viewer: User) -> dict[UUID, Tile]:
    tiles: dict[UUID, Tile] = {}
    for start in range(0, len(photos), BATCH_SIZE):
        shown, _reading = tiles_of(photos[start : start + BATCH_SIZE], viewer)
        tiles |= {tile.photo_id: tile for tile in shown}
    return tiles


def _ids(request: SignedInRequest, name: str, *, most: int) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist(name)[:most]]
    except ValueError:
        raise Http404 from None


def _problem(chosen: Sequence[Group], shown: set[UUID], kept: set[UUID] | None) -> str:
    """Return why nothing is decided, or "". Without ``kept`` all photos are kept."""
    if not chosen:
        return _("These photos were decided about already.")
    photos = {photo.pk for group in chosen for photo in group.photos}
    # Photos that joined since would go to the trash, or be kept, without having been seen.
    if not photos <= shown:
        return reasons.GROUP_GREW.sentence
    if kept is None:
        return ""
    if any(kept.isdisjoint(photo.pk for photo in group.photos) for group in chosen):
        return _("Choose at least one photo to keep. Nothing was changed.")
    return _("Choose which photos go to the trash, or keep all.") if photos <= kept else ""


@login_required
@require_POST
def decide(request: SignedInRequest) -> HttpResponse:
    """Keep all photos of a group, or move those that are not kept to the trash.

    ``keep`` names the photos that stay; without it, the best of each ``group`` does. ``shown`` names those
    that the person saw.
    """
    chosen = groups.groups_of(request.user, _ids(request, "group", most=groups.GROUPS_ON_A_PAGE))
    most = groups.GROUPS_ON_A_PAGE * MOST_IN_GROUP
    shown, kept = ({*_ids(request, name, most=most)} for name in ("shown", "keep"))
    if "best" in request.POST:
        kept = {group.best.pk for group in chosen}
    keeps_all = "all" in request.POST
    if problem := _problem(chosen, shown, None if keeps_all else kept):
        messages.warning(request, problem)
        return redirect("duplicates")
    if keeps_all:
        for group in chosen:
            groups.keep_all(request.user, group.id)
        undo = f"{reverse('duplicates-reopen')}?group={chosen[0].id}"
        messages.success(request, _("All are kept."), extra_tags=f"undo:{undo}")
        return redirect("duplicates")
    others = [photo.pk for group in chosen for photo in group.photos if photo.pk not in kept]
    try:
        batch = batches.start(request.user, Kind.TRASH, others)
    except batches.Refused as refused:
        messages.warning(request, refused.reason.sentence)
        return redirect("duplicates")
    return go_on(request, batch)


@login_required
@require_POST
def reopen(request: SignedInRequest) -> HttpResponse:
    """Show a group again, all of whose photos were kept."""
    try:
        groups.reopen(request.user, UUID(request.GET.get("group", "")))
    except ValueError:
        raise Http404 from None
    return redirect("duplicates")
