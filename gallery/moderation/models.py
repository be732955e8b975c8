"""Which moderator reads which photo."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ReviewClaim(models.Model):
    """A moderator is reading this photo until ``until``, unless their page renews the claim.

    Claims block no decision. ``photo_id`` is no foreign key, so a claim never holds up a purge.
    """

    photo_id = models.UUIDField(primary_key=True)
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Return the photo's id in a phrase."""
        return f"Claim on {self.photo_id}"
