"""Blocks of people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class BlockQuerySet(models.QuerySet["Block"]):
    """Blocks, as conditions of other queries."""

    def people(self) -> models.QuerySet[Block, int]:
        """Return the ids of blocked people, for a subquery."""
        return self.values_list("person_id", flat=True)


class Block(models.Model):
    """A person is blocked while the row exists.

    Their photos and albums are hidden from everyone else at once, and shown again when the row goes. They can
    sign in, download and delete, but not upload or publish.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="block"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500)

    objects = BlockQuerySet.as_manager()

    def __str__(self) -> str:
        """Return whose block it is."""
        return f"Block of {self.person_id}"
