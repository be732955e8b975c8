"""The upload page, upload offers to browsers, and the poll for the state of photos."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.trust import is_trusted
from gallery.blocks.actions import is_blocked
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.presentation.tiles import tiles_of
from gallery.storage.catalogue import BATCH_SIZE
from gallery.uploads import form_upload, offers
from gallery.uploads.file_checks import MAX_UPLOADS_AT_ONCE, TYPES_BY_EXTENSION
from gallery.web.errors import refusal
from gallery.web.limits import OFFERS, too_fast

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.typing import Request, SignedInRequest
    from gallery.presentation.tiles import Tile
    from gallery.uploads.file_checks import UploadRequest

ACCEPT = ",".join(dict.fromkeys([*TYPES_BY_EXTENSION.values(), *TYPES_BY_EXTENSION]))
"""What file pickers offer. Extensions too: some systems know no media type for HEIC and AVIF."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Show the upload page; take a plain form's files where JavaScript is off."""
    if request.method == "POST":
        return _plain_upload(request)
    return _upload_page(request, [], HTTPStatus.OK)


def _upload_page(request: SignedInRequest, refused: list[tuple[str, str]], status: int) -> HttpResponse:
    context = {
        "page_title": _("Upload"),
        "accept": ACCEPT,
        "refused": refused,
        "max_form_bytes": form_upload.MAX_FORM_BYTES,
        "skips_review": is_trusted(request.user) and not is_blocked(request.user),
    }
    return render(request, "photos/upload.html", context, status=status)


def _plain_upload(request: SignedInRequest) -> HttpResponse:
    files = request.FILES.getlist("file")
    if not files:
        return _upload_page(request, [("", _("Choose at least one photo."))], HTTPStatus.UNPROCESSABLE_ENTITY)
    visibility = _visibility(request.POST.get("visibility"))
    refused: list[tuple[str, str]] = []
    stored = already_there = 0
    offer = partial(offers.offer, request.user.pk, visibility=visibility)
    for file in files:
        outcome = form_upload.store(file, offer=offer)
        if isinstance(outcome, offers.Refused):
            refused.append((file.name or "", outcome.reason.sentence))
        elif isinstance(outcome, offers.AlreadyThere):
            already_there += 1
        else:
            stored += 1
    if stored:
        said = ngettext("%(count)d photo uploaded.", "%(count)d photos uploaded.", stored)
        messages.success(request, said % {"count": stored})
    if already_there:
        said = ngettext(
            "%(count)d photo was already uploaded.", "%(count)d photos were already uploaded.", already_there
        )
        messages.info(request, said % {"count": already_there})
    if refused:
        return _upload_page(request, refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("my-photos")


def _visibility(untrusted: object) -> str:
    # A value that we don't know must not publish anything.
    return Visibility.PUBLIC if untrusted in (None, "", Visibility.PUBLIC) else Visibility.PRIVATE


@require_POST
def make_offers(request: Request) -> HttpResponse:
    """Answer each of at most 50 requested uploads with an offer or a refusal.

    A call that brought offers costs no more than four queries: its offers are limited by their places.
    Any other call counts, and is refused if there are too many.
    """
    user = request.user
    if user.is_anonymous:
        return refusal(reasons.SIGNED_OUT)
    response, has_offers = answer_to(
        request.body,
        lambda requests, body: offers.offer(
            user.pk, requests, visibility=_visibility(body.get("visibility"))
        ),
    )
    return response if has_offers else too_fast(request, OFFERS) or response


def answer_to(
    untrusted: bytes,
    offer: Callable[[list[UploadRequest | offers.Refused], dict[str, Any]], list[offers.Outcome]],
    *,
    known: dict[str, str] | None = None,
) -> tuple[JsonResponse, bool]:
    """Return the answer of ``offer`` to a script that uploads, and whether all that it has are offers.

    ``known`` stands beside photos that are there already, instead of their pages.
    """
    try:
        body = json.loads(untrusted)
    except (ValueError, RecursionError):
        body = None
    requested = body.get("uploads") if isinstance(body, dict) else None
    if not isinstance(requested, list) or not all(isinstance(entry, dict) for entry in requested):
        sentence = _("We couldn't read this request. Reload the page and try again.")
        return refusal(replace(reasons.MALFORMED, message=sentence)), False
    if len(requested) > MAX_UPLOADS_AT_ONCE:
        return refusal(reasons.TOO_MANY_AT_ONCE), False
    outcomes = offer([offers.read_request(entry) for entry in requested], body)
    response = JsonResponse({"results": [_as_json(outcome, known) for outcome in outcomes]})
    return response, bool(outcomes) and all(isinstance(outcome, offers.Offered) for outcome in outcomes)


def _as_json(outcome: offers.Outcome, said: dict[str, str] | None) -> dict[str, Any]:
    if isinstance(outcome, offers.Refused):
        return {
            "upload_id": outcome.upload_id,
            "outcome": "refused",
            "reason": outcome.reason.code,
            "sentence": outcome.reason.sentence,
        }
    known = {"upload_id": outcome.upload_id, "photo_id": str(outcome.photo_id)}
    if isinstance(outcome, offers.AlreadyThere):
        page = {"page_url": reverse("photo", args=[outcome.photo_id])}
        return known | {"outcome": "already_there", **(page if said is None else said)}
    return known | {
        "outcome": "offered",
        "url": outcome.offer.url,
        "method": "PUT",
        "headers": outcome.offer.headers,
        "expires_at": outcome.expires_at.isoformat(),
    }


@require_safe
def status(request: Request) -> JsonResponse:
    """Return the state of the requested photos with fresh image URLs; settle photos that are still open."""
    photos = Photo.objects.visible_to(request.user).with_owner().filter(pk__in=asked_ids(request))
    tiles, _ = tiles_of(list(photos), request.user, move_on=request.user.is_authenticated)
    return status_answer(tiles)


def asked_ids(request: Request) -> list[UUID]:
    """Return the ids of the photos that a page asks about."""
    wanted: list[UUID] = []
    for text in request.GET.get("ids", "").split(",")[:BATCH_SIZE]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    return wanted


def status_answer(tiles: list[Tile]) -> JsonResponse:
    """Return the photos as the scripts of pages read them."""
    response = JsonResponse({"photos": [_tile_as_json(tile) for tile in tiles]})
    response["Cache-Control"] = "private, no-store"
    return response


def _tile_as_json(tile: Tile) -> dict[str, Any]:
    return {
        "id": str(tile.photo_id),
        "state": tile.state,
        "state_label": tile.state_label,
        "state_sentence": tile.state_sentence,
        "page_url": tile.page_url,
        "width": tile.width,
        "height": tile.height,
        "ratio_class": tile.ratio_class,
        "turning": tile.is_turning,
        "thumbhash": tile.thumbhash,
        "src": tile.src,
        "srcset": tile.srcset,
        "avif_srcset": tile.avif_srcset,
        "full_src": tile.full_src,
        "full_avif_src": tile.full_avif_src,
        "full_width": tile.full_width,
        "full_height": tile.full_height,
        "original_type": tile.original_type,
    }
