"""Deletion records in the admin, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from gallery.core.admin import UnchangeableAdmin
from gallery.photos.models import DeletionRecord

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest


@admin.register(DeletionRecord)
class DeletionRecordAdmin(UnchangeableAdmin):
    """Open records, least recently checked first. Closed ones are found by photo id.

    Only ``purge`` creates records, and only ``sweep`` closes them.
    """

    actions = None
    list_display = ("photo_id", "purged_at", "offered_until", "last_checked_at", "closed_at")
    ordering: ClassVar[tuple[str, ...]] = ("looked_at", "photo_id")
    search_fields: ClassVar[tuple[str, ...]] = ("photo_id",)
    search_help_text = _("Full photo ID. Leave it empty to list open records.")
    sortable_by = ()

    @admin.display(description=_("last checked at"), ordering="looked_at")
    def last_checked_at(self, record: DeletionRecord) -> datetime | None:
        """Return when the sweep last checked the record."""
        return record.looked_at

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Keep records: an open one makes the sweep delete a late original."""
        return False

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: Any,
        search_term: str,
    ) -> tuple[Any, bool]:
        """Find by the full id, by index; without one, keep open records."""
        text = search_term.strip()
        if not text:
            return queryset.filter(closed_at=None), False
        try:
            return queryset.filter(pk=UUID(text)), False
        except ValueError:
            return queryset.none(), False
