"""Looks whether what the gallery needs answers: each part by one cheap call that its role is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable

logger = structlog.get_logger(__name__)

NOBODY = UUID(int=0)
"""An id that no photo has: looking for it costs the least."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the gallery needs, and whether it answered."""

    name: str
    is_well: bool


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _originals() -> None:
    originals().head(NOBODY)


def _catalogue() -> None:
    catalogue.exists(NOBODY)


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "originals": _originals,
    "catalogue": _catalogue,
}


def look() -> list[Part]:
    """Look at every part, also after one has failed; what exactly failed is in the log."""
    return [Part(name, _answers(name, ask)) for name, ask in PARTS.items()]


def _answers(name: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except (DatabaseError, OriginalsUnavailable, catalogue.CatalogueUnavailable) as problem:
        logger.warning("part_down", part=name, problem=str(problem))
        return False
    return True
