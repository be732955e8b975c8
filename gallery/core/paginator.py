"""Pagination of tables with millions of rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_COUNTED_ROWS = 1_200
"""People do not page further than that; a full count would read the whole index."""


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Count rows up to a limit. A filter or a search finds the rows beyond it."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most ``MAX_COUNTED_ROWS``."""
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:MAX_COUNTED_ROWS].count()

    @property
    def is_capped(self) -> bool:
        """Return whether there may be more rows than were counted."""
        return self.count >= MAX_COUNTED_ROWS
