"""What photos are found by that look alike, and how far the comparison is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from gallery.photos.models import Photo

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Fingerprint(models.Model):
    """The difference hash of one photo, its four bands, and the photos that look like it.

    ``bits`` is the worker's 64-bit hash as a signed number. ``band_0`` to ``band_3`` are 16 of its bits each:
    see ``hashes``. ``thumbhash`` is the worker's, for ``looks``. Photos that look alike have one ``group``;
    null if no photo looks like this one. ``is_kept`` once the person decided that the photo stays beside
    those of its group.
    """

    photo = models.OneToOneField(
        Photo, on_delete=models.CASCADE, primary_key=True, related_name="fingerprint"
    )
    # No index of its own: those of the bands begin with it.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    bits = models.BigIntegerField()
    band_0 = models.PositiveIntegerField()
    band_1 = models.PositiveIntegerField()
    band_2 = models.PositiveIntegerField()
    band_3 = models.PositiveIntegerField()
    # Base64 of at most 25 bytes.
    thumbhash = models.CharField(max_length=40)
    group = models.UUIDField(null=True)
    is_kept = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            *(
                models.Index("owner", f"band_{number}", name=f"duplicates_band_{number}")
                for number in range(4)
            ),
            models.Index("owner", "group", name="duplicates_groups", condition=Q(group__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return the hash in hexadecimal, as the worker writes it."""
        return f"{self.bits % 2**64:016x}"


class Compared(models.Model):
    """The photo up to which photos were compared, in the order in which they were processed: one row."""

    processed_at = models.DateTimeField(default=BEGINNING)
    photo_id = models.UUIDField(default=UUID(int=0))

    def __str__(self) -> str:
        """Return the time up to which photos were compared."""
        return self.processed_at.isoformat()


class Late(models.Model):
    """A photo that was adopted long after its processing, so that the comparison may have passed it."""

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, primary_key=True, related_name="late")

    def __str__(self) -> str:
        """Return the photo's id."""
        return str(self.photo_id)
