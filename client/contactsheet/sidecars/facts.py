"""What an archive says about a picture, whatever program wrote it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ONE_MEGABYTE = 1_000_000
"""No sidecar of a picture is longer: a longer file is something else."""


class NotASidecar(ValueError):
    """The file is not what its name says."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an archive says about a picture. Empty fields say nothing.

    ``is_instant`` says that ``taken_at`` is in some zone, not in that of the place: Google writes UTC.
    """

    caption: str = ""
    tags: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    taken_at: datetime | None = None
    is_instant: bool = False
    is_favorite: bool = False
    is_archived: bool = False
    is_trashed: bool = False

    def __bool__(self) -> bool:
        """Return whether it says anything."""
        return self != Facts()

    def or_else(self, other: Facts) -> Facts:
        """Return these facts, completed by those of another sidecar or another copy of the picture."""
        dated = self if self.taken_at else other
        return replace(
            self,
            caption=self.caption or other.caption,
            tags=tuple(dict.fromkeys(self.tags + other.tags)),
            albums=tuple(dict.fromkeys(self.albums + other.albums)),
            taken_at=dated.taken_at,
            is_instant=dated.is_instant,
            is_favorite=self.is_favorite or other.is_favorite,
            is_archived=self.is_archived or other.is_archived,
            is_trashed=self.is_trashed or other.is_trashed,
        )
