"""What was deleted and is not yet proved gone: to look at only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import admin

from gallery.core.paginator import CappedPaginator
from gallery.photos.models import DeletionRecord

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(DeletionRecord)
class DeletionRecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Open records, longest unlooked-at first; a closed one is found by its photo's id."""

    actions = None
    list_display = ("photo_id", "purged_at", "offered_until", "looked_at", "closed_at")
    list_per_page = 100
    list_max_show_all = 100
    ordering: ClassVar[tuple[str, ...]] = ("looked_at", "photo_id")
    paginator = CappedPaginator
    search_fields: ClassVar[tuple[str, ...]] = ("photo_id",)
    search_help_text = "The whole id of a photo; without it, open records are shown"
    show_full_result_count = False
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Only ``purge`` makes records."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Only ``sweep`` closes them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Delete nothing: a record that is gone could no longer keep a late original out."""
        return False

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Find by the whole id, which the key's index does; else keep to the open ones."""
        text = search_term.strip()
        if not text:
            return queryset.filter(closed_at=None), False
        try:
            return queryset.filter(pk=UUID(text)), False
        except ValueError:
            return queryset.none(), False
