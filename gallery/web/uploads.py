"""The upload page, offers to browsers, and the poll that watches photos arrive."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gallery.accounts.quota import quota_of
from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.presentation.tiles import tiles_of
from gallery.storage.catalogue import BATCH_SIZE
from gallery.uploads import form_upload, offers
from gallery.uploads.file_checks import MAX_UPLOADS_AT_ONCE, FileRefused, UploadRequest

if TYPE_CHECKING:
    from gallery.accounts.typing import Request, SignedInRequest
    from gallery.presentation.tiles import Tile


def refusal(status: HTTPStatus, reason: str, sentence: str) -> JsonResponse:
    """Answer that the whole request is refused."""
    return JsonResponse({"reason": reason, "sentence": sentence}, status=status)


@cache_control(private=True, no_cache=True)
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Show the upload page; take a plain form's files where JavaScript is off."""
    if request.method == "POST":
        return _plain_upload(request)
    return _upload_page(request, [], HTTPStatus.OK)


def _upload_page(request: SignedInRequest, refused: list[tuple[str, str]], status: int) -> HttpResponse:
    context = {
        "page_title": "Upload",
        "quota": quota_of(request.user),
        "refused": refused,
        "max_form_bytes": form_upload.MAX_FORM_BYTES,
    }
    return render(request, "photos/upload.html", context, status=status)


def _plain_upload(request: SignedInRequest) -> HttpResponse:
    files = request.FILES.getlist("file")
    if not files:
        return _upload_page(
            request, [("", "Choose at least one picture first.")], HTTPStatus.UNPROCESSABLE_ENTITY
        )
    visibility = _visibility(request.POST.get("visibility"))
    refused: list[tuple[str, str]] = []
    stored = already_there = 0
    for file in files:
        outcome = form_upload.store(request.user.pk, file, visibility=visibility)
        if isinstance(outcome, offers.Refused):
            refused.append((file.name or "", outcome.reason.sentence))
        elif isinstance(outcome, offers.AlreadyThere):
            already_there += 1
        else:
            stored += 1
    if stored:
        messages.success(request, "1 photo uploaded." if stored == 1 else f"{stored} photos uploaded.")
    if already_there:
        there = "1 photo was" if already_there == 1 else f"{already_there} photos were"
        messages.info(request, f"{there} there already.")
    if refused:
        return _upload_page(request, refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("mine")


def _visibility(untrusted: object) -> str:
    return Visibility.PRIVATE if untrusted == Visibility.PRIVATE else Visibility.PUBLIC


@require_POST
def make_offers(request: Request) -> JsonResponse:
    """Answer a list of at most 50 wished uploads, each with an offer or a refusal."""
    user = request.user
    if user.is_anonymous:
        return refusal(
            HTTPStatus.UNAUTHORIZED, "signed_out", "You are signed out. Sign in, then choose the files again."
        )
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    wishes = body.get("uploads") if isinstance(body, dict) else None
    if not isinstance(wishes, list) or not all(isinstance(wish, dict) for wish in wishes):
        return refusal(
            HTTPStatus.BAD_REQUEST,
            "malformed",
            "The upload was not understood. Reload the page and try again.",
        )
    if len(wishes) > MAX_UPLOADS_AT_ONCE:
        return refusal(
            HTTPStatus.BAD_REQUEST,
            "too_many_at_once",
            f"At most {MAX_UPLOADS_AT_ONCE} files at once; send the rest after.",
        )
    outcomes = offers.offer(
        user.pk, [_read_wish(wish) for wish in wishes], visibility=_visibility(body.get("visibility"))
    )
    return JsonResponse({"results": [_as_json(outcome) for outcome in outcomes]})


def _read_wish(wish: dict[str, Any]) -> UploadRequest | offers.Refused:
    try:
        return UploadRequest.from_untrusted(wish)
    except FileRefused as refused:
        return offers.Refused(str(wish.get("upload_id", ""))[:64], refused.reason)


def _as_json(outcome: offers.Outcome) -> dict[str, Any]:
    if isinstance(outcome, offers.Refused):
        return {
            "upload_id": outcome.upload_id,
            "outcome": "refused",
            "reason": outcome.reason.code,
            "sentence": outcome.reason.sentence,
        }
    known = {"upload_id": outcome.upload_id, "photo_id": str(outcome.photo_id)}
    if isinstance(outcome, offers.AlreadyThere):
        return known | {"outcome": "already_there", "page_url": reverse("photo", args=[outcome.photo_id])}
    return known | {
        "outcome": "offered",
        "url": outcome.offer.url,
        "method": "PUT",
        "headers": outcome.offer.headers,
        "expires_at": outcome.expires_at.isoformat(),
    }


@require_GET
def status(request: Request) -> JsonResponse:
    """Tell where the asked photos stand, with fresh picture addresses; settles one's own."""
    wanted: list[UUID] = []
    for text in request.GET.get("ids", "").split(",")[:BATCH_SIZE]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    photos = list(Photo.objects.visible_to(request.user).with_owner().filter(pk__in=wanted))
    tiles, _ = tiles_of(photos, request.user, move_on=request.user.is_authenticated)
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
        "thumbhash": tile.thumbhash,
        "src": tile.src,
        "srcset": tile.srcset,
        "full_src": tile.full_src,
        "full_width": tile.full_width,
        "full_height": tile.full_height,
    }
