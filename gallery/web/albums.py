"""Pages of albums and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.albums import actions, words
from gallery.albums.joined import each_tagged
from gallery.albums.models import Album, SmartAlbum, Tag
from gallery.albums.order import id_at
from gallery.albums.tag_counts import tags_seen
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, page_of_lists
from gallery.photos.states import Visibility
from gallery.presentation.cards import card_of_album
from gallery.presentation.covers import covered
from gallery.presentation.file_words import offered_tags
from gallery.presentation.lens import Lens
from gallery.sharing import lending, receiving
from gallery.sharing.models import Decision, Grant
from gallery.storage import catalogue
from gallery.web.batches import chosen_ids, uuids_of
from gallery.web.errors import own_path, refusal, refuse, wants_json
from gallery.web.forms import AlbumForm, OrganizeForm, PlaceForm, form_page
from gallery.web.limits import SEARCHES, too_fast
from gallery.web.saving import refused_values, saved
from gallery.web.sheets import album_context, page_context, render_list, seen_in
from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import Request, SignedInRequest

MOST_SHOWN = 60
MOST_TAG_CHOICES = 8


def _start_of(request: Request) -> int:
    try:
        wanted = int(request.GET.get("from", "0"))
    except ValueError:
        return 0
    return int(min(max(wanted, 0), settings.ALBUMS_PER_ACCOUNT))


@require_safe
def albums(request: Request) -> HttpResponse:
    """Show the person's albums, and the public albums of others that have photos to show.

    Those of others come by turns: no one can fill the page.
    """
    mine: list[Album] = []
    smart: list[SmartAlbum] = []
    sort, start = request.GET.get("sort", ""), _start_of(request)
    others = Album.objects.all()
    if request.user.is_authenticated:
        seen = Photo.objects.not_trashed()
        own = Album.objects.owned_by(request.user).with_counts(seen).sorted_by(sort)
        mine = list(own[start : start + MOST_SHOWN + 1])
        smart = list(SmartAlbum.objects.filter(owner=request.user).order_by("title", "pk"))
        others = others.exclude(owner=request.user)
    shown = others.shown_in_turns(MOST_SHOWN)
    context = {
        "page_title": _("Albums"),
        "mine": covered(mine[:MOST_SHOWN], request.user),
        "sort": sort,
        "smart_albums": smart,
        "next_url": f"?{urlencode({'sort': sort, 'from': start + MOST_SHOWN})}" if mine[MOST_SHOWN:] else "",
        "others": covered(shown, request.user),
    }
    return render(request, "albums/albums.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Create an album; from a photo's page with that photo in it, and back to that page."""
    form = AlbumForm(request.POST or None, instance=Album(owner=request.user))
    named = uuids_of([request.GET.get("photo", "")])
    photo = Photo.objects.owned_by(request.user).not_trashed().filter(pk__in=named).first()
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_album(request.user, **form.cleaned_data)
            if photo is None:
                return redirect(made)
            actions.change_photos(made, add=[photo.pk], remove=())
            return redirect(f"{photo.get_absolute_url()}#tags-and-albums")
        except actions.LimitReached as reached:
            form.add_error(None, reached.reason.sentence)
    return form_page(request, "albums/album_form.html", form, page_title=_("New album"))


@login_required
@require_safe
def choices(request: SignedInRequest) -> HttpResponse:
    """Return the person's albums for a menu, the newest first."""
    mine = Album.objects.owned_by(request.user).newest_first().values_list("pk", "title")
    return JsonResponse({"albums": [{"id": str(pk), "title": title} for pk, title in mine]})


@require_safe
def album(request: Request, album_id: UUID) -> HttpResponse:
    """Show an album: all photos to its owner, the public ones to others."""
    found = Album.objects.visible_to(request.user).select_related("owner").filter(pk=album_id).first()
    if found is None or found.owner_id != request.user.pk:
        # A grant shows more of an album than everyone sees, on pages of its own.
        held = Grant.objects.open().held_by(request.user).filter(album=album_id).first()
        if held:
            return redirect(held)
    if found is None:
        raise Http404
    is_mine = request.user.is_authenticated and found.owner_id == request.user.pk
    title, description = found.words_for(request.user)
    if is_mine and "arrange" in request.GET:
        return _arrange(request, found)
    context = album_context(request, found, title=title)
    context |= {"album": found, "is_mine": is_mine, "title": title, "description": description}
    if found.visibility == Visibility.PUBLIC:
        context["card"] = card_of_album(found, has_photos=bool(context["tiles"]))
    # A photo's page leads on within the album that it was opened from.
    context["tile_query"] = f"?album={found.pk}"
    if is_mine:
        context |= {} if request.htmx else _of_others(found)
        context["selection"] = {"kind": "library", "all": f"album={found.pk}", "album": found.pk}
    return render_list(request, "albums/album.html", context)


def _of_others(found: Album) -> dict[str, int]:
    """Return how many photos of others wait for the album's owner, and how many are lent to it."""
    waiting, lent = (
        lending.lent_to(found.owner, one, found) for one in (Decision.WAITING, Decision.ACCEPTED)
    )
    sent = receiving.count_waiting(found.owner, found)
    return {"waiting": sent + waiting.count(), "added_by_others": lent.count()}


def _arrange(request: Request, found: Album) -> HttpResponse:
    """Show the album with the position of each photo, which can move from there."""
    try:
        first = max(int(request.GET.get("from", "1")), 1)
    except ValueError:
        first = 1
    following = {"arrange": "", "from": str(first + PAGE_SIZE)}
    context = album_context(request, found, title=found.title, **following)
    cover_id = found.entries.filter(is_cover=True).values_list("photo_id", flat=True).first()
    context |= {"album": found, "arrange": True, "first": first - 1, "cover_id": cover_id}
    return render_list(request, "albums/arrange.html", context)


def _own_album(request: SignedInRequest, album_id: UUID) -> Album:
    return get_object_or_404(Album.objects.owned_by(request.user), pk=album_id)


def _answer(request: SignedInRequest, album: Album, sentence: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"sentence": sentence})
    messages.success(request, sentence)
    return redirect(own_path(request.POST.get("next", "")) or album)


@login_required
@require_POST
def place(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Move a photo to another place of the album."""
    found = _own_album(request, album_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return refuse(request, reasons.INVALID, back=found.get_absolute_url())
    photo_id, after, position = (form.cleaned_data[name] for name in ("photo", "after", "position"))
    if position:
        after = id_at(seen_in(found, request.user), found, position - 1, besides=photo_id)
    try:
        actions.place(found, photo_id, after=after)
    except actions.NotInAlbum:
        return refuse(request, reasons.NOT_IN_ALBUM, back=found.get_absolute_url())
    sentence = _("Moved to position %(position)s.") % {"position": position} if position else _("Moved.")
    return _answer(request, found, sentence)


@login_required
@require_POST
def cover(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Make the one chosen photo the cover of the album, or with none the photo that was added last."""
    found = _own_album(request, album_id)
    chosen = chosen_ids(request)
    if len(chosen) > 1:
        return refuse(request, reasons.ONE_COVER, back=found.get_absolute_url())
    try:
        actions.choose_cover(found, next(iter(chosen), None))
    except actions.NotInAlbum:
        return refuse(request, reasons.NOT_IN_ALBUM, back=found.get_absolute_url())
    sentence = _("This is the cover now.") if chosen else _("The cover is the photo that was added last.")
    return _answer(request, found, sentence)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Change an album's title, description or visibility."""
    found = get_object_or_404(Album.objects.owned_by(request.user), pk=album_id)
    form = AlbumForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.change_album(found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(found)
    return form_page(request, "albums/album_form.html", form, page_title=_("Edit album"))


@login_required
@require_POST
def delete(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Delete an album; its photos stay."""
    actions.delete_album(get_object_or_404(Album.objects.owned_by(request.user), pk=album_id))
    messages.success(request, _("Album deleted. Its photos were kept."))
    return redirect("albums")


@require_safe
def tag(request: Request, name: str) -> HttpResponse:
    """Show the public photos with a tag, and the person's own."""
    found = get_object_or_404(Tag.objects.visible_to(request.user), name=folded(name))
    lists = [Photo.objects.public()]
    if request.user.is_authenticated:
        lists = [lists[0].exclude(owner=request.user), Photo.objects.owned_by(request.user).not_trashed()]
    with_tag = [photos.with_owner() for photos in each_tagged(lists, found)]
    page = page_of_lists(with_tag, request.GET.get("cursor", ""))
    context = page_context(request, page, title=found.name)
    return render_list(request, "albums/tag.html", context | {"tag": found})


@login_required
@require_POST
def organize(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Set the tags of a photo and the albums it is in."""
    photo = get_object_or_404(Photo.objects.owned_by(request.user).not_trashed(), pk=photo_id)
    form = OrganizeForm(request.POST, photo=photo)
    as_json = wants_json(request)
    if not form.is_valid():
        if as_json:
            return refused_values(form)
        for sentence in (error for errors in form.errors.values() for error in errors):
            messages.warning(request, str(sentence))
        return redirect(photo)
    try:
        outcome = actions.organize(photo.pk, actor=request.user, **form.cleaned_data)
    except actions.LimitReached as reached:
        if as_json:
            return refusal(reached.reason)
        messages.warning(request, reached.reason.sentence)
        return redirect(photo)
    if as_json:
        return saved(photo.pk, outcome)
    level = messages.SUCCESS if outcome.is_done else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(photo)


@login_required
@require_safe
def tag_choices(request: SignedInRequest) -> HttpResponse:
    """Return tags of the person's photos that start with what was typed, most used first."""
    if response := too_fast(request, SEARCHES):
        return response
    mine = Photo.objects.owned_by(request.user).not_trashed()
    start = folded(request.GET.get("q", ""))
    found = tags_seen(mine, [mine], start=start, limit=MOST_TAG_CHOICES) if start else []
    return JsonResponse({"tags": [{"name": name, "count": count} for name, count in found]})


@login_required
@require_POST
def add_file_tags(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Add the keywords of the photo's file as tags."""
    photo = get_object_or_404(Photo.objects.owned_by(request.user).not_trashed(), pk=photo_id)
    file_words = Lens(photo, request.user).file_words(catalogue.read([photo.pk]).items.get(photo.pk))
    tags = offered_tags(file_words, words.own_tags(photo))
    if not tags:
        messages.warning(request, _("The file has no keywords to add."))
        return redirect(photo)
    outcome = words.add_file_tags(photo.pk, actor=request.user, tags=tags)
    level = messages.SUCCESS if outcome.is_done else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(photo)


def organize_moved(request: Request, photo_id: UUID) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Redirect forms of pages that were opened before the path changed; 308 keeps their data."""
    return HttpResponsePermanentRedirect(reverse("photo-organize", args=[photo_id]), preserve_request=True)
