"""Checks whether the stores that pages need answer, each by one cheap call that the web's role allows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from gallery.operations import release_migrations
from gallery.storage import catalogue, time_limits
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable

logger = structlog.get_logger(__name__)

UNUSED_PHOTO_ID = UUID(int=0)
"""An id that no photo has: a request for it is the cheapest."""


class MigrationsWaiting(Exception):
    """The database lacks migrations that this code needs; the text names them."""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    if waiting := release_migrations.waiting():
        raise MigrationsWaiting(", ".join(waiting))


def _originals() -> None:
    originals().head(UNUSED_PHOTO_ID)


def _catalogue() -> None:
    catalogue.exists(UNUSED_PHOTO_ID)


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "originals": _originals,
    "catalogue": _catalogue,
}


def names_down() -> list[str]:
    """Check every part, and return the names of those that are down; the log has the error of each."""
    down: list[str] = []
    for name, call in PARTS.items():
        # A database that doesn't answer has no migrations to compare.
        if name == "migrations" and "database" in down:
            continue
        if not _answers(name, call):
            down.append(name)
    return down


def _answers(name: str, call: Callable[[], None]) -> bool:
    try:
        with time_limits.limited(time_limits.of_health_check()):
            call()
    except (DatabaseError, MigrationsWaiting, OriginalsUnavailable, catalogue.CatalogueUnavailable) as error:
        logger.warning("part_down", part=name, problem=str(error))
        return False
    return True
