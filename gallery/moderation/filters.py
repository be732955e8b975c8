"""The review page's filter: awaiting review unless another state is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from gallery.moderation import claims
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from gallery.photos.querysets import PhotoQuerySet

REVIEW, TRASH = "review", "trash"
IN_THE_TRASH = _("In the trash")
PARAMETER = "show"
CHOICES = (
    (REVIEW, State.PENDING.label),
    *((state.value, state.label) for state in (State.APPROVED, State.REJECTED, State.AWAITING, State.FAILED)),
)


def shown(request: HttpRequest) -> str:
    """Return the chosen filter."""
    return request.GET.get(PARAMETER) or REVIEW


def is_search(request: HttpRequest) -> bool:
    """Return whether the request is a search, which covers every state."""
    return bool(request.GET.get("q", "").strip())


def read_by_others(request: HttpRequest, photos: PhotoQuerySet) -> PhotoQuerySet:
    """Return the photos of the queue that other moderators are reading, oldest first."""
    claimed = claims.of_others(request.user).values("photo_id")
    waiting = photos.awaiting_review().filter(pk__in=claimed)
    return waiting.with_owner().order_by("created_at", "id")


class ShownFilter(admin.SimpleListFilter):
    """Filters by state, and for admins the trash."""

    title = _("state")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        choices = [*CHOICES, (TRASH, IN_THE_TRASH)] if request.user.is_superuser else CHOICES
        return [(value, str(title)) for value, title in choices]

    def value(self) -> str:
        """Return the chosen filter."""
        return str(super().value() or REVIEW)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """Return the links. There is none to all photos."""
        for value, title in self.lookup_choices:
            yield {
                "selected": value == self.value() and not changelist.query,
                "query_string": f"?{PARAMETER}={value}",
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: PhotoQuerySet) -> PhotoQuerySet:  # type: ignore[override]
        """Keep the photos of the chosen filter."""
        if is_search(request):
            return queryset
        wanted = self.value()
        if wanted == REVIEW:
            # The page adds these at the end of the queue.
            return queryset.awaiting_review().exclude(
                pk__in=claims.of_others(request.user).values("photo_id")
            )
        if wanted == TRASH:
            return queryset.trashed().one_per_stack()
        return queryset.not_trashed().filter(state=wanted).one_per_stack()
