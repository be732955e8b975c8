"""The page of one photo, and what its owner can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.albums import words
from gallery.albums.models import Album, SmartAlbum
from gallery.albums.order import neighbors_in_album
from gallery.albums.tagging import tags_of
from gallery.blocks.actions import is_blocked
from gallery.downloads.files import picture_url
from gallery.photos import actions, timeline
from gallery.photos.actions import Outcome
from gallery.photos.dates import date_of_file
from gallery.photos.models import MAX_APPEAL_LENGTH, Photo
from gallery.photos.states import State, Visibility
from gallery.presentation.camera_facts import facts_of
from gallery.presentation.cards import card_of_photo
from gallery.presentation.file_words import labeled, offered_tags
from gallery.presentation.history import lines_of
from gallery.presentation.lens import Lens
from gallery.presentation.sentences import words_sentence
from gallery.presentation.stacks import can_be_stacked
from gallery.presentation.tells import line_of
from gallery.presentation.tiles import ready_item, tiles_of
from gallery.search.find import neighbors_of_matching
from gallery.search.query import parse
from gallery.web.dates import date_form
from gallery.web.errors import own_path, refuse, wants_json
from gallery.web.forms import PhotoForm
from gallery.web.limits import DOWNLOADS, SEARCHES, too_fast, wait_seconds
from gallery.web.saving import refused_values, saved
from gallery.web.sheets import seen_in
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.accounts.typing import Request, SignedInRequest
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.search.query import Query
    from thumbworker.contract.items import PhotoItem


def _own_or_404(user: User, photo_id: UUID) -> Photo:
    # 404, not 403: others must not learn that the photo exists.
    return get_object_or_404(Photo.objects.owned_by(user), pk=photo_id)


@require_safe
def photo(request: Request, photo_id: UUID) -> HttpResponse:
    """Show one photo."""
    found = get_object_or_404(Photo.objects.visible_to(request.user).with_owner().with_sender(), pk=photo_id)
    own = {"caption": found.own_caption, "alt_text": found.own_alt_text}
    form = PhotoForm(instance=found, initial=own)
    return _photo_page(request, found, form)


def _neighbors(request: Request, found: Photo) -> tuple[Photo | None, Photo | None, str]:
    """Return the photos before and after it in the list that it was opened from, and the list as a query."""
    if album := _album_of(request, found):
        previous, following = neighbors_in_album(seen_in(album, request.user), album, found)
        return previous, following, f"?album={album.pk}"
    if found.owner_id == request.user.pk and (smart := _smart_album_of(request)):
        mine = Photo.objects.owned_by(found.owner)
        return *_neighbors_in_search(request, found, mine, parse(smart.query)), f"?smart={smart.pk}"
    query = parse(request.GET.get("q", ""))
    if query.terms and not query.refusal:
        seen = Photo.objects.visible_to(request.user, as_moderator=False)
        return *_neighbors_in_search(request, found, seen, query), f"?{urlencode({'q': query})}"
    photos = Photo.objects.public()
    if found.owner_id == request.user.pk:
        own = Photo.objects.archive_of if found.is_archived else Photo.objects.timeline_of
        photos = own(found.owner)
        at, mine = timeline.at_of(found), photos.one_per_stack().only("id")
        later, earlier = timeline.after(mine, at, found.pk), timeline.before(mine, at, found.pk)
        return later.first(), timeline.on_timeline(earlier).first(), ""
    photos = photos.one_per_stack()
    newer = photos.newer_than(found.created_at, found.pk).order_by("created_at", "id").only("id").first()
    older = photos.newest_first().only("id").older_than(found.created_at, found.pk).first()
    return newer, older, ""


def _neighbors_in_search(
    request: Request, found: Photo, photos: PhotoQuerySet, query: Query
) -> tuple[Photo | None, Photo | None]:
    if wait_seconds(request, SEARCHES):
        return None, None
    return neighbors_of_matching(photos.not_trashed(), query, request.user, found)


def _album_of(request: Request, found: Photo) -> Album | None:
    """Return the album that the address names, if the viewer sees it and it has the photo."""
    albums = Album.objects.visible_to(request.user).filter(entries__photo=found)
    return albums.filter(pk__in=_ids_named(request, "album")).first()


def _smart_album_of(request: Request) -> SmartAlbum | None:
    """Return the viewer's smart album that the address names."""
    return SmartAlbum.objects.filter(owner=request.user.pk, pk__in=_ids_named(request, "smart")).first()


def _ids_named(request: Request, name: str) -> list[UUID]:
    try:
        return [UUID(request.GET.get(name, ""))]
    except ValueError:
        return []


def _photo_page(request: Request, found: Photo, form: PhotoForm, status: int = 200) -> HttpResponse:
    seen = Lens(found, request.user)
    tiles, reading = tiles_of([found], request.user, move_on=seen.is_mine)
    item = ready_item(found, reading)
    file_words = seen.file_words(item)
    can_add = seen.can_edit and bool(file_words.get("keywords"))
    newer, older, query = _neighbors(request, found)
    context = {
        "photo": tiles[0],
        "card": card_of_photo(found, item) if tiles[0].is_public else None,
        **_known(seen, item),
        "file_tags": offered_tags(file_words, words.own_tags(found)) if can_add else [],
        "new_words": _new_words(found) if seen.shows_new_words else None,
        "tells_line": line_of(item) if item and seen.can_edit else "",
        "words_are_reviewed": seen.can_edit and words.are_reviewed(found, cast("User", request.user)),
        "missing_sentence": seen.missing_sentence(item),
        "history": lines_of(found) if seen.shows_history else [],
        "can_edit": seen.can_edit,
        "has_public_page": found.state == State.APPROVED and found.visibility == Visibility.PUBLIC,
        "is_interrupted": found.is_interrupted,
        "is_taken_down": found.is_taken_down,
        "can_report": not seen.is_mine and found.state == State.APPROVED,
        "is_blocked": seen.is_mine and is_blocked(found.owner),
        "can_moderate": seen.can_review,
        "can_download": seen.can_download,
        "can_save_picture": bool(seen.can_save_picture and tiles[0].src),
        "can_try_again": seen.can_retry,
        "max_appeal_length": MAX_APPEAL_LENGTH,
        "can_ask_again": seen.can_ask_again and not is_blocked(found.owner),
        "can_stack": seen.can_edit and can_be_stacked(found),
        "edit_form": form if seen.is_mine else None,
        **(_date_context(found) if seen.can_edit and found.has_picture else {}),
        "previous_url": newer.get_absolute_url() + query if newer else "",
        "next_url": older.get_absolute_url() + query if older else "",
        "list_query": query,
        "reason_sentence": tiles[0].state_sentence if found.state in {State.FAILED, State.REJECTED} else "",
        "pictures_unavailable": not reading.complete,
    }
    return render(request, "photos/photo.html", context, status=status)


def _known(seen: Lens, item: PhotoItem | None) -> dict[str, Any]:
    """Return what the page and the lightbox tell this viewer of the picture."""
    return {
        "facts": facts_of(item, seen.photo) if item else [],
        "file_fact": seen.file_fact,
        "sent_by": seen.sent_by,
        "file_words": labeled(seen.file_words(item)),
        "location": seen.location(item),
    }


@require_safe
def info(request: Request, photo_id: UUID) -> JsonResponse:
    """Return what the lightbox shows beside a photo, and the address of the original for its owner."""
    found = get_object_or_404(Photo.objects.visible_to(request.user).with_owner().with_sender(), pk=photo_id)
    seen = Lens(found, request.user)
    tiles, reading = tiles_of([found], request.user)
    context = {
        "photo": tiles[0],
        "tags": tags_of([found.pk]).get(found.pk, []),
        **_known(seen, ready_item(found, reading)),
    }
    return JsonResponse(
        {
            "html": render_to_string("photos/_info.html", context, request),
            "original_url": actions.original_url(found) if seen.original_type else "",
        }
    )


def _date_context(found: Photo) -> dict[str, Any]:
    """Return what the form of the date shows."""
    own = date_of_file(found)
    return {
        "date_form": date_form(found),
        "is_date_corrected": found.is_date_corrected,
        "date_of_file": date_format(own.wall, "DATETIME_FORMAT") if own else "",
    }


def _new_words(found: Photo) -> dict[str, Any]:
    """Return what the page says of words that others don't read, as far as they differ from the others."""
    tags = found.new_tag_names
    return {
        "sentence": words_sentence(found),
        "caption": found.new_caption,
        "has_new_caption": found.new_caption != found.caption,
        "alt_text": found.new_alt_text,
        "has_new_alt_text": found.new_alt_text != found.alt_text,
        "tags": tags,
        "has_new_tags": tags != tags_of([found.pk]).get(found.pk, []),
    }


@login_required
@require_POST
def edit(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Change a photo's caption, alternative text and visibility."""
    found = _own_or_404(request.user, photo_id)
    form = PhotoForm(request.POST, instance=found)
    if not form.is_valid():
        return refused_values(form) if wants_json(request) else _photo_page(request, found, form, status=422)
    # A page of the release before sends no alternative text, and means none.
    changes = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
    outcome = words.change_words(found.pk, actor=request.user, **changes)
    if wants_json(request):
        return saved(found.pk, outcome)
    level = messages.SUCCESS if outcome.is_done else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(f"{found.get_absolute_url()}#edit")


@login_required
@require_POST
def trash(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Move a photo to the trash."""
    found = _own_or_404(request.user, photo_id)
    if (outcome := actions.trash(found.pk, actor=request.user)) is Outcome.TAKEN_DOWN:
        messages.warning(request, outcome.sentence)
        return redirect(found)
    messages.success(
        request, _("Moved to trash."), extra_tags=f"undo:{reverse('photo-restore', args=[found.pk])}"
    )
    return redirect("my-photos")


@login_required
@require_POST
def restore(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Restore a photo from the trash."""
    found = _own_or_404(request.user, photo_id)
    outcome = actions.restore(found.pk, actor=request.user)
    if outcome is Outcome.DUPLICATE:
        messages.warning(request, outcome.sentence)
        return redirect("trash")
    if outcome is Outcome.TAKEN_DOWN:
        messages.warning(request, outcome.sentence)
        return redirect(found)
    messages.success(request, _("Restored."))
    # More may be wanted from the trash than this one.
    return redirect(own_path(request.POST.get("next", "")) or found)


@login_required
@require_POST
def purge(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Permanently delete a photo, from the trash only."""
    found = _own_or_404(request.user, photo_id)
    outcome = actions.purge(found.pk, only_from_trash=True)
    if outcome in {Outcome.NOT_IN_TRASH, Outcome.TAKEN_DOWN}:
        messages.warning(request, outcome.sentence)
        return redirect(found)
    messages.success(request, _("Permanently deleted."))
    return redirect("trash")


@login_required
@require_POST
def try_again(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Retry a failed photo."""
    found = _own_or_404(request.user, photo_id)
    outcome = actions.retry(found.pk, actor=request.user)
    if outcome is not Outcome.DONE:
        messages.warning(request, outcome.sentence)
    return redirect(found)


@login_required
@require_POST
def ask_again(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Send a rejected photo back to review, once."""
    found = _own_or_404(request.user, photo_id)
    appeal = clean_text(request.POST.get("words", ""))[:MAX_APPEAL_LENGTH]
    outcome = actions.ask_again(found.pk, actor=request.user, appeal=appeal)
    if outcome.is_done:
        messages.success(request, _("A moderator will look at this photo again."))
    else:
        messages.warning(request, outcome.sentence)
    return redirect(found)


@login_required
@require_POST
def favorite(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Mark a photo as a favorite, or take the mark off."""
    found = _own_or_404(request.user, photo_id)
    wanted = request.POST.get("favorite") == "yes"
    actions.set_favorite(request.user, [found.pk], favorite=wanted)
    sentence = _("Added to favorites.") if wanted else _("Removed from favorites.")
    if wants_json(request):
        return JsonResponse({"sentence": sentence})
    messages.success(request, sentence)
    return redirect(found)


@login_required
@require_POST
def archive(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Leave a photo out of the timeline, or put it back."""
    found = _own_or_404(request.user, photo_id)
    wanted = request.POST.get("archived") == "yes"
    actions.set_archived(request.user, [found.pk], archived=wanted)
    messages.success(request, _("Archived.") if wanted else _("Back in My photos."))
    return redirect(found)


@login_required
@require_POST
def stack(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Stack a raw file and its JPEG, or take them apart."""
    found = _own_or_404(request.user, photo_id)
    outcome = actions.set_stacked(found.pk, stacked="apart" not in request.POST)
    level = messages.WARNING if outcome is Outcome.CONFLICT else messages.SUCCESS
    messages.add_message(request, level, outcome.sentence)
    return redirect(found)


@login_required
@require_safe
def original(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Redirect the owner to a short-lived download of the original, unless it could not be read."""
    found = _own_or_404(request.user, photo_id)
    if not found.has_picture:
        raise Http404
    return HttpResponseRedirect(actions.original_url(found))


@require_safe
def save_picture(request: Request, photo_id: UUID) -> HttpResponse:
    """Redirect to a download of the largest picture of a public photo: only its owner gets the original."""
    if response := too_fast(request, DOWNLOADS):
        return response
    found = get_object_or_404(Photo.objects.visible_to(request.user).with_owner(), pk=photo_id)
    try:
        url = picture_url(Lens(found, request.user))
    except actions.NotDownloaded as refused:
        return refuse(request, refused.reason, back=found.get_absolute_url())
    if not url:
        raise Http404
    return redirect(url)
