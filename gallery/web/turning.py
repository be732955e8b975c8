"""Rotate a photo from its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from gallery.photos.models import Photo
from gallery.photos.turning import Turn, turn

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest


@login_required
@require_POST
def rotate(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Turn a photo to the left, or else to the right."""
    found = get_object_or_404(Photo.objects.owned_by(request.user), pk=photo_id)
    outcome = turn(found.pk, Turn.LEFT if request.POST.get("to") == "left" else Turn.RIGHT)
    if not outcome.is_done:
        messages.warning(request, outcome.sentence)
    return redirect(found)
