"""Counts that end at a limit, so that they cost no more in a larger library."""

from __future__ import annotations

from django.db.models import IntegerField, Subquery


class CountOf(Subquery):
    """Counts the rows of a subquery, which has a limit if more may be there than should be read."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
