"""What takes the person's room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.photos.storage_use import largest, storage_use
from gallery.presentation.tiles import tiles_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest


@login_required
@require_safe
def storage(request: SignedInRequest) -> HttpResponse:
    """Show what takes room: years, formats, the trash, and the largest photos."""
    photos = largest(request.user)
    tiles, reading = tiles_of(photos, request.user)
    context = {
        "page_title": _("Storage"),
        "use": storage_use(request.user),
        "largest": list(zip(tiles, (photo.size_bytes for photo in photos), strict=True)),
        "pictures_unavailable": not reading.complete,
    }
    return render(request, "photos/storage.html", context)
