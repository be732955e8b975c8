"""What takes a person's room: by year and by format, in the trash, and the largest files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Sum, TextField, When
from django.db.models.functions import Cast, Substr

from gallery.photos.models import Photo
from gallery.photos.timeline import timeline_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gallery.accounts.models import User

MOST_LARGEST = 60


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a person's originals: their name, such as a year, their number and bytes.

    ``percent`` is their size in relation to the largest share.
    """

    name: str
    photos: int
    size_bytes: int
    percent: int


@dataclass(frozen=True, slots=True)
class StorageUse:
    """All of a person's originals. Years come latest first, formats largest first."""

    years: Sequence[Share]
    formats: Sequence[Share]
    trash_photos: int
    trash_bytes: int
    received_photos: int
    received_bytes: int


def storage_use(owner: User) -> StorageUse:
    """Return what takes room, by one query that reads all rows of the person."""
    year = Substr(Cast(timeline_at(), TextField()), 1, 4)
    rows = (
        Photo.objects.owned_by(owner)
        .order_by()
        .annotate(year=year, is_kept=Case(When(trashed_at=None, then=True), default=False))
        .values_list("year", "format", "is_kept", "is_received")
        .annotate(photos=Count("pk"), size=Sum("size_bytes"))
    )
    years, formats = _Shares(), _Shares()
    trash_photos = trash_bytes = received_photos = received_bytes = 0
    for of_year, kind, is_kept, is_received, photos, size in rows:
        if is_kept:
            years.add(of_year, photos, size)
            formats.add(kind, photos, size)
        elif is_received:
            received_photos += photos
            received_bytes += size
        else:
            trash_photos += photos
            trash_bytes += size
    return StorageUse(
        years=sorted(years.all(), key=lambda share: share.name, reverse=True),
        formats=sorted(formats.all(), key=lambda share: share.size_bytes, reverse=True),
        trash_photos=trash_photos,
        trash_bytes=trash_bytes,
        received_photos=received_photos,
        received_bytes=received_bytes,
    )


class _Shares:
    """Sums of numbers and bytes by name."""

    def __init__(self) -> None:
        self._photos: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def add(self, name: str, photos: int, size_bytes: int) -> None:
        self._photos[name] += photos
        self._bytes[name] += size_bytes

    def all(self) -> list[Share]:
        most = max(self._bytes.values(), default=0) or 1
        return [
            Share(name, self._photos[name], size, round(100 * size / most))
            for name, size in self._bytes.items()
        ]


def largest(owner: User) -> list[Photo]:
    """Return the photos with the largest originals, by one query that reads all rows of the person."""
    photos = Photo.objects.owned_by(owner).not_trashed().with_picture().with_owner()
    return list(photos.order_by("-size_bytes", "-id")[:MOST_LARGEST])
