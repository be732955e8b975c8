"""Checks whether the stores that pages need answer, each by one cheap call that the web's role allows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable

logger = structlog.get_logger(__name__)

UNUSED_PHOTO_ID = UUID(int=0)
"""An id that no photo has: a request for it is the cheapest."""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _originals() -> None:
    originals().head(UNUSED_PHOTO_ID)


def _catalogue() -> None:
    catalogue.exists(UNUSED_PHOTO_ID)


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "originals": _originals,
    "catalogue": _catalogue,
}


def names_down() -> list[str]:
    """Check every part, and return the names of those that are down; the log has the error of each."""
    return [name for name, call in PARTS.items() if not _answers(name, call)]


def _answers(name: str, call: Callable[[], None]) -> bool:
    try:
        call()
    except (DatabaseError, OriginalsUnavailable, catalogue.CatalogueUnavailable) as error:
        logger.warning("part_down", part=name, problem=str(error))
        return False
    return True
