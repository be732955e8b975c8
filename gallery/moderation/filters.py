"""What the desk shows: the queue unless something else is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from gallery.photos.querysets import PhotoQuerySet

REVIEW, TRASH = "review", "trash"
IN_THE_TRASH = _("In the trash")
PARAMETER = "show"
CHOICES = (
    (REVIEW, _("Awaiting review")),
    (State.APPROVED.value, _("Approved")),
    (State.REJECTED.value, _("Rejected")),
    (State.AWAITING.value, _("Processing")),
    (State.FAILED.value, _("Could not be read")),
)


def shown(request: HttpRequest) -> str:
    """Return what the address asks to see."""
    return request.GET.get(PARAMETER) or REVIEW


def is_search(request: HttpRequest) -> bool:
    """Tell whether something is searched for; that is found wherever it stands."""
    return bool(request.GET.get("q", "").strip())


class ShownFilter(admin.SimpleListFilter):
    """The states, the queue first; the trash for admins."""

    title = "state"
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        choices = [*CHOICES, (TRASH, IN_THE_TRASH)] if request.user.is_superuser else CHOICES
        return [(value, str(label)) for value, label in choices]

    def value(self) -> str:
        """Return the choice made."""
        return str(super().value() or REVIEW)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """Return the links; there is none to everything, which nobody can look through."""
        for value, title in self.lookup_choices:
            yield {
                "selected": value == self.value() and not changelist.query,
                "query_string": f"?{PARAMETER}={value}",
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: PhotoQuerySet) -> PhotoQuerySet:  # type: ignore[override]
        """Keep what is asked for."""
        if is_search(request):
            return queryset
        wanted = self.value()
        if wanted == REVIEW:
            return queryset.awaiting_review()
        if wanted == TRASH:
            return queryset.trashed()
        return queryset.not_trashed().filter(state=wanted)
