"""How many photos each month of a library has: what every move of a photo changes.

Photos count that have a picture and are neither in the trash nor archived. What moves one in or out, or
changes its time of capture, calls ``count`` in its transaction. ``gallery.photos.months`` reads, compares and
repairs.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import connection

from gallery.photos.states import WITHOUT_PICTURE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TABLE = "photos_monthcount"
COUNTED_COLUMNS = ("state", "trashed_at", "is_archived", "taken_local", "created_at")
"""The columns that decide in which month a photo counts."""


def key_of(wall_clock: datetime) -> str:
    """Return the month of a wall clock as rows and addresses have it.

    >>> from datetime import datetime
    >>> key_of(datetime(999, 5, 31, 23, 59))
    '0999-05'
    """
    return f"{wall_clock.year:04}-{wall_clock.month:02}"


def month_counted(row: Mapping[str, Any]) -> str:
    """Return the month in which a photo with these ``COUNTED_COLUMNS`` counts; empty if in none."""
    if row["trashed_at"] is not None or row["is_archived"] or row["state"] in WITHOUT_PICTURE:
        return ""
    return key_of(row["taken_local"] or row["created_at"].astimezone(UTC))


def count(owner_id: int, *, before: str, after: str) -> None:
    """Move one photo from one month to another; an empty month is none. Costs at most one statement."""
    if before != after:
        add(owner_id, {month: by for month, by in ((before, -1), (after, 1)) if month})


def add(owner_id: int, changes: Mapping[str, int]) -> None:
    """Add to the counts of these months by one statement."""
    # Rows in one order, so that two transactions never wait for each other. A sum below zero, as after a lost
    # count, is shown as none, and a recount reports it.
    values = [value for month in sorted(changes) for value in (owner_id, month, changes[month])]
    rows = ", ".join(["(%s, %s, %s)"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (owner_id, month, photos) VALUES {rows} "  # noqa: S608 - constants
            f"ON CONFLICT (owner_id, month) DO UPDATE SET photos = {TABLE}.photos + EXCLUDED.photos",
            values,
        )
