"""Pages of tables that may have millions of rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_COUNTED = 3_000
"""Nobody turns fifty pages; counting further would read the whole index for nothing."""


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts up to a limit and stops there; what lies beyond is found by a filter or a search."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most ``MOST_COUNTED``."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()

    @property
    def is_capped(self) -> bool:
        """Tell whether there may be more than were counted."""
        return self.count >= MOST_COUNTED
