"""Actions on many photos: chosen on a page of photos, done with progress, and taken back."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.albums.actions import LimitReached, create_album
from gallery.albums.models import MAX_TITLE_LENGTH, Album
from gallery.albums.tagging import MAX_TAGS, TagRefused, typed_tags
from gallery.batches import actions
from gallery.batches.models import Batch, Kind
from gallery.batches.trash import start_on_all
from gallery.core import reasons
from gallery.core.text_fields import CleanField
from gallery.photos import timeline
from gallery.photos.dates import LONGEST_SHIFT, date_said, text_of
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.presentation.batches import words_of
from gallery.search.find import ids_of_matching
from gallery.search.query import parse
from gallery.search.time_limit import TooBroad
from gallery.web.dates import INVALID_DATE
from gallery.web.errors import own_path, refusal, refuse, wants_json
from gallery.web.limits import SEARCHES, wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from gallery.accounts.models import User
    from gallery.accounts.typing import SignedInRequest
    from gallery.core.reasons import Reason
    from gallery.photos.querysets import PhotoQuerySet

PROGRESS_SECONDS = 1.0
"""How long one request of a script works, so that the page shows progress."""
FORM_SECONDS = 8.0
"""How long a request without a script works, before the page says how far it is."""
NEW_ALBUM = "new"
BUTTONS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "trash": (Kind.TRASH, {}),
    "restore": (Kind.RESTORE, {}),
    "purge": (Kind.PURGE, {}),
    "favorite": (Kind.FAVORITE, {}),
    "unfavorite": (Kind.UNFAVORITE, {}),
    "archive": (Kind.ARCHIVE, {}),
    "unarchive": (Kind.UNARCHIVE, {}),
    "publish": (Kind.SET_VISIBILITY, {"visibility": Visibility.PUBLIC.value}),
    "hide": (Kind.SET_VISIBILITY, {"visibility": Visibility.PRIVATE.value}),
    "rotate_left": (Kind.ROTATE_LEFT, {}),
    "rotate_right": (Kind.ROTATE_RIGHT, {}),
    "shift_date": (Kind.SHIFT_DATE, {}),
    "set_date": (Kind.SET_DATE, {}),
    "file_date": (Kind.SET_DATE, {"date": None}),
    "add_tags": (Kind.ADD_TAGS, {}),
    "remove_tags": (Kind.REMOVE_TAGS, {}),
    "add_to_album": (Kind.ADD_TO_ALBUM, {}),
    "remove_from_album": (Kind.REMOVE_FROM_ALBUM, {}),
}
ENTER = "enter"
"""The first button of the form, out of sight: what a browser without a script presses for the Enter key."""
BUTTON_OF_FIELD = {
    "title": "add_to_album",
    "tags": "add_tags",
    "days": "shift_date",
    "hours": "shift_date",
    "minutes": "shift_date",
    "wall": "set_date",
}


class BatchForm(forms.Form):
    """The photos that were chosen, and what to do with them."""

    act = forms.ChoiceField(choices=[(name, name) for name in (ENTER, *BUTTONS)])
    tags = CleanField(required=False, max_length=MAX_TAGS * 50)
    album = forms.CharField(required=False)
    from_album = forms.CharField(required=False)
    title = CleanField(required=False, max_length=MAX_TITLE_LENGTH)
    direction = forms.ChoiceField(required=False, choices=[("later", "later"), ("earlier", "earlier")])
    days = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_SHIFT.days - 1)
    hours = forms.IntegerField(required=False, min_value=0, max_value=23)
    minutes = forms.IntegerField(required=False, min_value=0, max_value=59)
    wall = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any, *, owner: User) -> None:
        """Keep who chooses."""
        super().__init__(data)
        self.owner = owner

    def clean(self) -> dict[str, Any]:
        """Return the kind and its choices."""
        values = super().clean() or {}
        if "act" not in values:
            return values
        act = self._act_of_typed() if values["act"] == ENTER else values["act"]
        kind, choices = BUTTONS[act]
        if kind in {Kind.ADD_TAGS, Kind.REMOVE_TAGS}:
            choices = {"tags": self._tags(values.get("tags", ""))}
        elif kind in {Kind.ADD_TO_ALBUM, Kind.REMOVE_FROM_ALBUM}:
            choices = {"album": self._album(values, kind)}
        elif kind == Kind.SHIFT_DATE:
            choices = {"seconds": self._seconds(values)}
        elif act == "set_date":
            choices = {"date": self._date(values.get("wall", ""))}
        return values | {"kind": kind, "choices": choices}

    def _act_of_typed(self) -> str:
        """Return the button of the field that was typed into, as Enter says nothing else."""
        acts = {act for name, act in BUTTON_OF_FIELD.items() if self.data.get(name, "").strip()}
        if len(acts) != 1:
            raise forms.ValidationError(_("Press the button of what you want to do."))
        return acts.pop()

    @staticmethod
    def _tags(text: str) -> list[str]:
        try:
            tags = typed_tags(text)
        except TagRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if not tags:
            raise forms.ValidationError(_("Type at least one tag."))
        return tags

    @staticmethod
    def _seconds(values: dict[str, Any]) -> int:
        parts = {name: values.get(name) or 0 for name in ("days", "hours", "minutes")}
        seconds = timedelta(**parts) // timedelta(seconds=1)
        if not seconds:
            raise forms.ValidationError(_("Type by how many days, hours, or minutes."))
        return -seconds if values.get("direction") == "earlier" else seconds

    @staticmethod
    def _date(text: str) -> dict[str, str]:
        try:
            return text_of(date_said(text.replace(" ", "T")))
        except ValueError:
            raise forms.ValidationError(INVALID_DATE) from None

    def _album(self, values: dict[str, Any], kind: Kind) -> str:
        chosen = values.get("album" if kind == Kind.ADD_TO_ALBUM else "from_album", "")
        title = values.get("title", "")
        if kind == Kind.ADD_TO_ALBUM and chosen == NEW_ALBUM:
            if not title:
                raise forms.ValidationError(_("Type a title for the new album."))
            try:
                made = create_album(self.owner, title=title, description="", visibility=Visibility.PRIVATE)
            except LimitReached as refused:
                raise forms.ValidationError(refused.reason.sentence) from refused
            return str(made.pk)
        try:
            found = Album.objects.owned_by(self.owner).filter(pk=UUID(chosen)).first()
        except ValueError:
            raise forms.ValidationError(_("Choose an album.")) from None
        if found is None:
            raise forms.ValidationError(reasons.ALBUM_GONE.sentence)
        return str(found.pk)


class TrashForm(forms.Form):
    """The moment at which a person saw the trash: what came later was not meant."""

    until = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])


def _for(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def _document(batch: Batch) -> JsonResponse:
    """Return the batch as the page's script reads it."""
    words = words_of(batch)
    return JsonResponse(
        {
            "kind": batch.kind,
            "total": words.progress.total,
            "processed": words.progress.processed,
            "done": words.progress.done,
            "finished": words.is_finished,
            "sentence": words.sentence,
            "refused": [{"sentence": one.sentence, "count": one.count} for one in words.refusals],
            "refused_ids": [str(photo_id) for photo_id, _code in actions.refused_photos(batch)],
            "url": reverse("batch", args=[batch.pk]),
            "advance_url": reverse("batch-advance", args=[batch.pk]),
            "cancel_url": reverse("batch-cancel", args=[batch.pk]),
            "undo_url": reverse("batch-undo", args=[batch.pk]) if words.can_undo else "",
            "album_url": reverse("album", args=[words.album_id]) if words.album_id else "",
        }
    )


def _refuse(request: SignedInRequest, reason: Reason, sentence: str = "", wait: int = 0) -> HttpResponse:
    return refuse(request, reason, sentence, back=_back(request), wait=wait)


def _back(request: SignedInRequest) -> str:
    return own_path(request.POST.get("next", "")) or reverse("my-photos")


def chosen_ids(request: HttpRequest) -> list[UUID]:
    """Return the chosen ids: of check boxes, or of a script in one field."""
    return uuids_of([*request.POST.getlist("photo"), *request.POST.get("photos", "").split(",")])


def uuids_of(texts: Sequence[str]) -> list[UUID]:
    """Return those of these texts that are ids."""
    ids = []
    for text in texts[: actions.MAX_PHOTOS * 2]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


@login_required
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Do one action with the chosen photos."""
    ids = chosen_ids(request)
    if not ids:
        return _refuse(request, reasons.NOTHING_CHOSEN)
    if len(ids) > actions.MAX_PHOTOS:
        return _refuse(request, reasons.TOO_MANY_CHOSEN)
    if request.POST.get("act") == "choose_album":
        return _choose_album(request, ids)
    form = BatchForm(request.POST, owner=request.user)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _refuse(request, reasons.INVALID, sentence)
    try:
        batch = actions.start(request.user, form.cleaned_data["kind"], ids, **form.cleaned_data["choices"])
    except actions.Refused as refused:
        return _refuse(request, refused.reason, wait=refused.wait_seconds)
    return go_on(request, batch)


def _choose_album(request: SignedInRequest, ids: list[UUID]) -> HttpResponse:
    """Ask for the album, for pages without a script."""
    context = {
        "page_title": _("Choose an album"),
        "albums": Album.objects.owned_by(request.user).newest_first(),
        "photos": ",".join(map(str, ids)),
        "back": _back(request),
    }
    return render(request, "batches/choose_album.html", context)


def go_on(request: SignedInRequest, batch: Batch, *, back: str = "") -> HttpResponse:
    """Work on the batch for a while, and say how far it is; a form goes ``back`` when all of it is done."""
    if wants_json(request):
        actions.advance(batch, has_time=_for(PROGRESS_SECONDS))
        return _document(batch)
    is_finished = actions.advance(batch, has_time=_for(FORM_SECONDS))
    words = words_of(batch)
    if not is_finished or words.refusals:
        return redirect("batch", batch.pk)
    tags = f"undo:{reverse('batch-undo', args=[batch.pk])}" if words.can_undo else ""
    messages.success(request, words.sentence, extra_tags=tags)
    return redirect(back or _back(request))


@login_required
@require_POST
def restore_trash(request: SignedInRequest) -> HttpResponse:
    """Restore everything that was in the trash when the page was made."""
    return _act_on_trash(request, Kind.RESTORE)


@login_required
@require_POST
def empty_trash(request: SignedInRequest) -> HttpResponse:
    """Delete permanently everything that was in the trash when the page was made."""
    return _act_on_trash(request, Kind.PURGE)


def _act_on_trash(request: SignedInRequest, kind: Kind) -> HttpResponse:
    form = TrashForm(request.POST)
    if not form.is_valid():
        return _refuse(request, reasons.INVALID)
    try:
        return go_on(request, start_on_all(request.user, kind, until=form.cleaned_data["until"]))
    except actions.Refused as refused:
        return _refuse(request, refused.reason, wait=refused.wait_seconds)


def _own_batch(request: SignedInRequest, batch_id: UUID) -> Batch:
    return get_object_or_404(Batch.objects.select_related("owner").filter(owner=request.user), pk=batch_id)


@login_required
@require_safe
def batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Show how far an action is, and what was refused."""
    words = words_of(_own_batch(request, batch_id))
    context = {"page_title": words.batch.get_kind_display(), "words": words}
    return render(request, "batches/batch.html", context)


@login_required
@require_POST
def advance(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Continue an action, for a page that waits for it."""
    found = _own_batch(request, batch_id)
    if wants_json(request):
        actions.advance(found, has_time=_for(PROGRESS_SECONDS))
        return _document(found)
    actions.advance(found, has_time=_for(FORM_SECONDS))
    return redirect("batch", found.pk)


@login_required
@require_POST
def cancel(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Stop an action. What was done stays done."""
    found = _own_batch(request, batch_id)
    actions.cancel(found)
    return advance(request, batch_id)


@login_required
@require_POST
def undo(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Take an action back."""
    try:
        reverse_batch = actions.undo(_own_batch(request, batch_id))
    except actions.Refused as refused:
        return _refuse(request, refused.reason)
    return go_on(request, reverse_batch)


def _list_named(request: SignedInRequest) -> PhotoQuerySet:
    """Return the list of the person's photos that the address names."""
    photos, asked = Photo.objects.owned_by(request.user), request.GET
    if "trash" in asked:
        return photos.trashed()
    if "favorites" in asked:
        return photos.favorites_of(request.user).not_trashed()
    if "archive" in asked:
        return photos.archive_of(request.user)
    if "album" in asked or "q" in asked:
        return photos.not_trashed()
    return photos.timeline_of(request.user).exclude(state=State.FAILED)


@login_required
@require_safe
def photo_ids(request: SignedInRequest) -> HttpResponse:
    """Return the ids of all the person's photos of a month, an album, a search or one of their lists."""
    photos = _list_named(request)
    if "q" in request.GET and (wait := wait_seconds(request, SEARCHES)):
        return _refuse(request, reasons.TOO_FAST, wait=wait)
    try:
        if query := request.GET.get("q", "").strip():
            ids = ids_of_matching(photos, parse(query), request.user, most=actions.MAX_PHOTOS + 1)
        else:
            if month := timeline.month_named(request.GET.get("month", "")):
                photos = timeline.of_month(photos, month)
            if album := request.GET.get("album", ""):
                photos = photos.filter(album_entries__album_id=UUID(album))
            rows = photos.one_per_stack().order_by().values_list("pk", flat=True)
            ids = list(rows[: actions.MAX_PHOTOS + 1])
    except TooBroad:
        return refusal(reasons.SEARCH_TOO_BROAD)
    except ValueError:
        return refusal(reasons.NOT_FOUND)
    if len(ids) > actions.MAX_PHOTOS:
        return refusal(reasons.TOO_MANY_CHOSEN)
    return JsonResponse({"ids": [str(photo_id) for photo_id in ids]})
