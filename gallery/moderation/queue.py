"""The review page: photos to approve or reject, by thumbnails and keyboard."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gallery.albums.models import Album
from gallery.core import paginator
from gallery.core.admin import UnchangeableAdmin
from gallery.moderation import claims, decisions
from gallery.moderation.answers import answer_of
from gallery.moderation.desk import NewWords, desk_tiles, value_of
from gallery.moderation.filters import (
    CHOICES,
    IN_THE_TRASH,
    REVIEW,
    TRASH,
    ShownFilter,
    is_search,
    read_by_others,
    shown,
)
from gallery.moderation.search import matching
from gallery.moderation.uploaders import uploaders_of
from gallery.photos import owner_names
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.presentation.camera_facts import facts_of
from gallery.presentation.history import lines_of
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import tiles_of
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.http import HttpRequest, HttpResponse

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet

PER_PAGE = 60
READ_BY_OTHERS = 40
"""How many photos that others read follow at the end of the queue. With a page, one BatchGetItem has room."""
JSON = "application/json"
UNDO = "review_undo"
NOTHING_CHOSEN = gettext_lazy("Select at least one photo first.")
REASON_MISSING = gettext_lazy("Enter a reason. The owner sees it.")

OFFERED = {
    State.PENDING: (decisions.APPROVE, decisions.REJECT),
    State.APPROVED: (decisions.REJECT, decisions.REVIEW),
    State.REJECTED: (decisions.APPROVE, decisions.REVIEW),
}
"""The decisions for each state. Photos that are not processed can't be reviewed."""


@admin.register(Photo)
class PhotoAdmin(UnchangeableAdmin):
    """View, approve and reject photos. Only owners upload photos and edit them, on their own pages."""

    actions = None
    list_filter = (ShownFilter,)
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    list_select_related = ("owner",)
    search_fields: ClassVar[tuple[str, ...]] = ("id",)
    search_help_text = gettext_lazy("File name, caption, owner's username, or a photo's ID or URL")
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    view_on_site = False
    change_list_template = "admin/photos/photo/desk.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Rows are deleted by ``purge`` only."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Allow moderators to view."""
        return request.user.has_perm("photos.moderate_photo")

    def get_queryset(self, request: HttpRequest) -> PhotoQuerySet:
        """Return the photos that this user may review."""
        return Photo.objects.reviewable_by(request.user)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Order the review queue oldest first, so every photo gets its turn; all else newest first."""
        if is_search(request) or shown(request) not in {REVIEW, State.PENDING}:
            return ("-created_at", "-id")
        return ("created_at", "id")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search by ``matching``."""
        return (matching(queryset, search_term) if is_search(request) else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, or apply a decision."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decide(request)
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data |= self._review_context(request, response.context_data["cl"])
        return response

    def get_urls(self) -> list[Any]:
        """Add the claims of the photos that a page shows."""
        view = self.admin_site.admin_view(self.claims_view)
        return [path("claims/", view, name="photos_photo_claims"), *super().get_urls()]

    def claims_view(self, request: HttpRequest) -> HttpResponse:
        """Claim photos for a while, or release them. Answer who reads the others."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        asked = decisions.Chosen.from_untrusted(request.POST).seen
        photo_ids = list(self.get_queryset(request).filter(pk__in=asked).values_list("pk", flat=True))
        moderator = cast("User", request.user)
        if "release" in request.POST:
            claims.release(photo_ids, moderator)
            return JsonResponse({"readers": {}})
        readers = claims.claim(photo_ids, moderator)
        return JsonResponse({"readers": {str(photo_id): name for photo_id, name in readers.items()}})

    def _review_context(self, request: HttpRequest, changelist: ChangeList) -> dict[str, Any]:
        # At most one BatchGetItem, even if rows were added since the count.
        photos = list(changelist.result_list[:PER_PAGE])
        changelist.result_list = photos
        page, last = changelist.page_num, changelist.paginator.num_pages
        is_queue = shown(request) == REVIEW and not is_search(request)
        if is_queue and page >= last:
            photos += read_by_others(request, self.get_queryset(request))[:READ_BY_OTHERS]
        entries, complete = desk_tiles(photos, cast("User", request.user))
        return {
            "title": _title(changelist, request),
            "entries": entries,
            "pictures_unavailable": not complete,
            "offered": _offered(request, photos),
            "reasons": decisions.REASONS,
            "reasons_for_words": decisions.REASONS_FOR_WORDS,
            "album_words_waiting": Album.objects.with_words_waiting()[: paginator.MAX_COUNTED_ROWS].count(),
            "names_waiting": owner_names.waiting()[: paginator.MAX_COUNTED_ROWS].count(),
            "claims_url": reverse("admin:photos_photo_claims") if is_queue else "",
            "desk_choices": list(changelist.filter_specs[0].choices(changelist)),
            "undo": request.session.pop(UNDO, None) if UNDO in request.session else None,
            "newer_query": changelist.get_query_string({"p": page - 1}) if page > 1 else "",
            "older_query": changelist.get_query_string({"p": page + 1}) if page < last else "",
        }

    def _decide(self, request: HttpRequest) -> HttpResponse:
        decision = request.POST.get("decision", "")
        if decision not in decisions.DONE:
            raise Http404
        if decision in decisions.ONLY_FOR_ADMINS and not request.user.is_superuser:
            raise PermissionDenied
        by_script = request.get_preferred_type(["text/html", JSON]) == JSON
        chosen = decisions.Chosen.from_untrusted(request.POST)
        if not chosen.seen:
            if by_script:
                return JsonResponse({"results": []})
            self.message_user(request, NOTHING_CHOSEN, messages.WARNING)
            return redirect(request.get_full_path())
        reason = clean_text(request.POST.get("reason", ""))[: decisions.MAX_REASON_LENGTH]
        if decision == decisions.REJECT and not reason:
            if by_script:
                return JsonResponse({"sentence": str(REASON_MISSING)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            return self._ask_why(request, chosen)
        decided = decisions.decide(
            decision,
            chosen,
            self.get_queryset(request),
            actor=cast("User", request.user),
            reason=reason,
        )
        if by_script:
            return JsonResponse(answer_of(decided, chosen, self.get_queryset(request), request))
        level = messages.SUCCESS if decided.is_complete else messages.WARNING
        self.message_user(request, decided.sentence, level)
        if undo := decisions.undo_of(decided):
            request.session[UNDO] = undo
        return redirect(request.get_full_path())

    def _ask_why(self, request: HttpRequest, chosen: decisions.Chosen) -> HttpResponse:
        photos = list(self.get_queryset(request).with_owner().filter(pk__in=chosen.seen))
        tiles = tiles_of(photos, request.user)[0]
        title = ngettext("Reject {count} photo", "Reject {count} photos", len(photos))
        reasons: tuple[Any, ...] = decisions.REASONS
        if chosen.words >= set(chosen.seen):
            title, reasons = _("Reject new captions and tags"), decisions.REASONS_FOR_WORDS
        elif chosen.words:
            title, reasons = _("Reject"), decisions.REASONS + decisions.REASONS_FOR_WORDS
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title.format(count=len(photos)),
            "tiles": tiles,
            "values": chosen.values,
            "asked_again": "reason" in request.POST,
            "reason_missing": REASON_MISSING,
            "reasons": reasons,
            "desk_url": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/photos/photo/reject.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one photo large, with its details and history."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        photo = self._photo_or_404(request, object_id)
        tiles, reading = tiles_of([photo], request.user, move_on=True)
        item = reading.items.get(photo.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(photo),
            "photo": photo,
            "tile": tiles[0],
            "value": value_of(photo),
            "new_words": NewWords.of(photo),
            "uploader": uploaders_of([photo])[photo.owner_id],
            "facts": facts_of(item) if item else [],
            "history": lines_of(photo),
            "review_hint": Lens(photo, request.user).review_hint,
            "appeal": Lens(photo, request.user).appeal,
            "offered": _offered(request, [photo]),
            "desk_url": reverse("admin:photos_photo_changelist"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/photos/photo/photo.html", context)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - Django's signature
    ) -> HttpResponse:
        """Redirect to the photo, whose page shows its history."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:photos_photo_change", self._photo_or_404(request, object_id).pk)

    def _photo_or_404(self, request: HttpRequest, untrusted_id: str) -> Photo:
        try:
            photo_id = UUID(untrusted_id)
        except ValueError:
            raise Http404 from None
        return get_object_or_404(self.get_queryset(request).with_owner().with_tags(), pk=photo_id)


def _title(changelist: ChangeList, request: HttpRequest) -> str:
    if changelist.query:
        return _("Results for “{query}”").format(query=changelist.query)
    return str({**dict(CHOICES), TRASH: IN_THE_TRASH}.get(shown(request), _("Photos")))


def _offered(request: HttpRequest, photos: list[Photo]) -> list[str]:
    """Return the decisions possible for at least one of the photos, in a fixed order."""
    offered: set[str] = set()
    for photo in photos:
        if photo.trashed_at is None and not photo.is_taken_down:
            offered.update(OFFERED.get(State(photo.state), ()))
            if photo.words_wait:
                offered.add(decisions.APPROVE)
    if request.user.is_superuser:
        kept = (photo for photo in photos if not photo.is_taken_down)
        offered |= {decisions.RESTORE if photo.trashed_at else decisions.TRASH for photo in kept}
    return [decision for decision in decisions.DONE if decision in offered]
