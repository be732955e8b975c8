"""How far each inbox is read, and what of it was not taken."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from gallery.core import reasons


class InboxFolder(models.Model):
    """A folder ``inbox/<name>/``: ``owner`` is the person of that name, or null if there is none.

    ``after`` is the key up to which it is read; empty at the end of a pass. ``begun_at`` is when the pass
    began. The row without a name tells when the folders were looked for.
    """

    # As long as keys of S3 are. SQLite does not shorten it, and PostgreSQL takes no more.
    name = models.CharField(max_length=1024, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    after = models.CharField(max_length=1024, blank=True)
    begun_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class InboxRefusal(models.Model):
    """A file that was not taken and stays in the inbox; ``reason`` is a code of ``core.reasons``.

    ``seen_at`` is when it was there last. A file of another ``etag`` has other bytes.
    """

    folder = models.ForeignKey(InboxFolder, on_delete=models.CASCADE, related_name="refusals")
    key = models.CharField(max_length=1024)
    etag = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    tried_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["folder", "key"], name="inbox_refusal_once")
        ]

    def __str__(self) -> str:
        """Return the file's key."""
        return self.key

    @property
    def sentence(self) -> str:
        """Return why it was not taken."""
        return str(reasons.of(self.reason).sentence)

    @property
    def file_name(self) -> str:
        """Return the path below the person's folder."""
        return self.key.split("/", 2)[-1]
