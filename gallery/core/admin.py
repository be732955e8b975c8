"""What the gallery's admin pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from gallery.core.paginator import CappedPaginator

if TYPE_CHECKING:
    from django.http import HttpRequest


class LargeTableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Lists a table that may have millions of rows, without counting them all."""

    paginator = CappedPaginator
    list_per_page = 100
    list_max_show_all = 100
    show_full_result_count = False


class UnchangeableAdmin(LargeTableAdmin):
    """Lists rows that are made and changed elsewhere only."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return false."""
        return False

    has_add_permission = has_change_permission
