"""What the API remembers: tokens, how fast each person goes, and answers given to repeated writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from datetime import datetime


class ApiToken(models.Model):
    """A secret by which a program acts for a person; only its digest is kept.

    ``scopes`` are words parted by blanks. ``beginning`` is shown so that people can tell tokens apart.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    beginning = models.CharField(max_length=10, editable=False)
    scopes = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("user", F("created_at").desc(), name="api_tokens_of_user"),
        ]

    def __str__(self) -> str:
        """Name the token as its owner did."""
        return self.name

    @property
    def scope_names(self) -> frozenset[str]:
        """Return the scopes as a set."""
        return frozenset(self.scopes.split())

    def is_open(self, now: datetime) -> bool:
        """Tell whether the token still opens anything."""
        return self.revoked_at is None and now < self.expires_at


class RememberedAnswer(models.Model):
    """The answer to a write that carried an idempotency key; ``status`` 0 means still at work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "key"], name="api_answer_key_unique"),
        ]

    def __str__(self) -> str:
        """Name the answer by its key."""
        return self.key
