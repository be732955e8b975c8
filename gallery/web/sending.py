"""The page by which guests send photos for a shared album: the upload page's form, tray and refusals."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.devices import visitor_of
from gallery.core import reasons
from gallery.core.text_fields import CleanField
from gallery.photos.models import Photo
from gallery.photos.paging import page_of
from gallery.photos.states import State
from gallery.presentation.tiles import tiles_of
from gallery.sharing import access, receiving
from gallery.sharing.models import MAX_NAME_LENGTH
from gallery.storage.catalogue import BATCH_SIZE
from gallery.uploads import form_upload, offers
from gallery.web.batches import chosen_ids
from gallery.web.errors import refusal
from gallery.web.shared import by_grant_to_add
from gallery.web.uploads import ACCEPT, answer_to, asked_ids, status_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from gallery.accounts.typing import Request
    from gallery.presentation.tiles import Tile
    from gallery.sharing.access import Guest
    from gallery.sharing.models import Grant
    from gallery.uploads.file_checks import UploadRequest


class NameForm(forms.Form):
    """Who sends the photos."""

    name = CleanField(
        label=gettext_lazy("Your name"),
        max_length=MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@by_grant_to_add(link=True)
def send(request: Request, grant: Grant) -> HttpResponse:
    """Ask for a name, take a plain form's files, and show what this browser sent."""
    guest = access.guest_of(request, grant)
    if request.method == "POST" and "name" in request.POST:
        form = NameForm(request.POST)
        if form.is_valid():
            response = redirect("shared-send", grant.pk)
            access.greet(request, response, grant, form.cleaned_data["name"])
            return response
        return _page(request, grant, guest, status=HTTPStatus.UNPROCESSABLE_ENTITY, name_form=form)
    if guest is None or (request.method != "POST" and "rename" in request.GET):
        return _page(request, grant, None, name_form=NameForm(initial={"name": guest.name if guest else ""}))
    if request.method != "POST":
        return _page(request, grant, guest)
    refused = _take_files(request, grant, guest)
    if refused:
        return _page(request, grant, guest, status=HTTPStatus.UNPROCESSABLE_ENTITY, refused=refused)
    return redirect("shared-send", grant.pk)


def _page(
    request: Request, grant: Grant, guest: Guest | None, *, status: int = HTTPStatus.OK, **known: Any
) -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    page = page_of(
        receiving.sent_photos(grant, guest) if guest else Photo.objects.none(),
        cursor,
        size=BATCH_SIZE,
        every_file=True,
    )
    context = {
        "page_title": _("Add photos"),
        "grant": grant,
        "album": grant.album,
        "guest": guest,
        "days": receiving.WAITING.days,
        "tiles": _tiles(grant, page.photos),
        "cursor": cursor,
        "next_cursor": page.next_cursor,
        "accept": ACCEPT,
        "max_form_bytes": form_upload.MAX_FORM_BYTES,
    }
    return render(request, "shared/send.html", context | known, status=status)


def _take_files(request: Request, grant: Grant, guest: Guest) -> list[tuple[str, str]]:
    """Store the files of a plain form. Return the names and sentences of those that are refused."""
    files = request.FILES.getlist("file")
    if not files:
        return [("", _("Choose at least one photo."))]
    refused: list[tuple[str, str]] = []

    def offer(requests: list[UploadRequest | offers.Refused]) -> list[offers.Outcome]:
        return receiving.offer(grant, guest, requests, visitor=visitor_of(request))

    for file in files:
        try:
            outcome = form_upload.store(file, offer=offer)
        except receiving.TooFast:
            return [*refused, (file.name or "", reasons.TOO_FAST.sentence)]
        if isinstance(outcome, offers.Refused):
            refused.append((file.name or "", outcome.reason.sentence))
    if sent := len(files) - len(refused):
        said = ngettext("%(count)d photo sent.", "%(count)d photos sent.", sent)
        messages.success(request, said % {"count": sent})
    return refused


@require_POST
@by_grant_to_add(link=True)
def make_offers(request: Request, grant: Grant) -> HttpResponse:
    """Answer each of at most 50 requested uploads with an offer or a refusal, as the upload page's."""
    guest = access.guest_of(request, grant)
    if guest is None:
        return refusal(reasons.SENDER_MISSING)
    try:
        response, _all_offered = answer_to(
            request.body,
            lambda requests, _body: receiving.offer(grant, guest, requests, visitor=visitor_of(request)),
            known={"page_url": "", "sentence": _("You sent this photo already.")},
        )
    except receiving.TooFast as refused:
        response = refusal(reasons.TOO_FAST)
        response["Retry-After"] = str(refused.wait_seconds)
    return response


@require_safe
@by_grant_to_add(link=True)
def status(request: Request, grant: Grant) -> HttpResponse:
    """Return what this browser sent, with fresh picture addresses."""
    guest = access.guest_of(request, grant)
    photos = receiving.sent_photos(grant, guest).filter(pk__in=asked_ids(request)) if guest else []
    return status_answer(_tiles(grant, list(photos)))


@require_POST
@by_grant_to_add(link=True)
def take_back(request: Request, grant: Grant) -> HttpResponse:
    """Delete photos that this browser sent, as long as their owner has not decided."""
    guest = access.guest_of(request, grant)
    count = receiving.take_back(grant, guest, chosen_ids(request)) if guest else 0
    if count:
        said = ngettext("%(count)d photo taken back.", "%(count)d photos taken back.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.warning(request, _("Nothing was taken back. Its owner has decided already."))
    cursor = request.GET.get("cursor", "")
    page = reverse("shared-send", args=[grant.pk])
    return redirect(f"{page}?{urlencode({'cursor': cursor})}" if cursor else page)


def _tiles(grant: Grant, photos: Sequence[Photo]) -> list[Tile]:
    # The same for everyone who sends: what they are, and not who owns them, decides what they are told.
    tiles, _reading = tiles_of(photos, AnonymousUser(), grant=grant, move_on=True)
    return [_told(tile, photo) for tile, photo in zip(tiles, photos, strict=True)]


def _told(tile: Tile, photo: Photo) -> Tile:
    """Return the tile as the guest who sent the photo sees it."""
    told = replace(
        tile,
        state=photo.state if photo.state in {State.AWAITING, State.FAILED} else State.PENDING,
        page_url="",
        original_type="",
        state_label="",
        name=photo.file_name,
        alt=photo.file_name,
    )
    if photo.state == State.FAILED:
        return replace(told, state_sentence=reasons.of(photo.reason).sentence)
    if photo.state == State.AWAITING:
        return replace(told, state_sentence=_("Being read"))
    if photo.is_received:
        day = date_format(localtime(receiving.waits_until(photo)))
        said = _("Sent. It waits for the owner of the album, until %(day)s at most.") % {"day": day}
        return replace(told, state_sentence=said)
    # What the owner did later is not for the guest to see.
    hidden = replace(told, src="", srcset="", avif_srcset="", full_src="", full_avif_src="", thumbhash="")
    if photo.trashed_at is None:
        return replace(hidden, state=State.APPROVED, state_sentence=_("In the album"))
    return replace(hidden, state=State.REJECTED, state_sentence=_("Not added to the album"))
