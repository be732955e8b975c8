"""The disk of a local run. Its emulated AWS acknowledges a PUT that the disk had no space for, and loses it.

Deployed, S3 has no such limit: there every function says that there is room.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from django.conf import settings

RENDITIONS_BYTES = 1024**2
"""More than the renditions of a photo take."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Free bytes, and how many of them stay free: the database and the worker write, too."""

    free_bytes: int
    floor_bytes: int

    @property
    def room_bytes(self) -> int:
        """Return what uploads may take."""
        return self.free_bytes - self.floor_bytes


def local_disk() -> Disk | None:
    """Return the disk of the local run's folder, or ``None`` where photos are stored elsewhere."""
    if settings.STAGE != "local" or not settings.LOCAL_FOLDER:
        return None
    return Disk(shutil.disk_usage(settings.LOCAL_FOLDER).free, settings.LOCAL_FREE_BYTES)
