"""Pictures of public photos at addresses that stay, and oEmbed: for sites that show a link. Decision 0154.

No answer depends on who asks, so caches may keep it for a minute.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from gallery.accounts.rate_limits import Limit
from gallery.core import reasons
from gallery.presentation import cards
from gallery.web.errors import refusal
from gallery.web.limits import too_fast
from thumbworker.contract import policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

CACHE_SECONDS = 60
"""Far less than the 7 minutes that a signed address lives at least."""
ASKED = Limit("cards", 600, timedelta(minutes=1), burst=300)
"""Pictures and oEmbed, for each visitor: one that shows links of many people asks for many."""


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=CACHE_SECONDS)
    return response


def _to_picture(request: HttpRequest, address: Callable[[], str]) -> HttpResponse:
    if response := too_fast(request, ASKED):
        return response
    try:
        url = address()
    except cards.Unavailable:
        return refusal(reasons.STORE_UNAVAILABLE)
    if not url:
        raise Http404
    return _kept(redirect(url))


@require_safe
def of_photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Redirect to the card of a public photo."""
    return _to_picture(request, lambda: cards.picture_url(photo_id, policy.CARD))


@require_safe
def of_album(request: HttpRequest, album_id: UUID) -> HttpResponse:
    """Redirect to the card of the photo that stands for a public album."""
    return _to_picture(request, lambda: cards.cover_url(album_id))


@require_safe
def picture(request: HttpRequest, photo_id: UUID, side: int) -> HttpResponse:
    """Redirect to a public photo's picture with this longest side in pixels."""
    return _to_picture(request, lambda: cards.picture_url(photo_id, str(side)))


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """Say as oEmbed what a page of the gallery shows to everyone (oembed.com, section 2)."""
    if response := too_fast(request, ASKED):
        return response
    if request.GET.get("format", "json") != "json":
        return refusal(reasons.JSON_ONLY)
    try:
        found = cards.oembed_of(
            request.GET.get("url", ""),
            max_width=request.GET.get("maxwidth", ""),
            max_height=request.GET.get("maxheight", ""),
        )
    except cards.Unavailable:
        return refusal(reasons.STORE_UNAVAILABLE)
    return _kept(JsonResponse(found)) if found else refusal(reasons.NOT_FOUND)
