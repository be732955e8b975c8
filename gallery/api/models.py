"""API tokens, and stored responses for repeated writes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone


class ApiToken(models.Model):
    """A secret with which a program acts for a user; only its digest is stored.

    ``scopes`` is a space-separated list. ``beginning`` is shown to identify a token.
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
        """Return the name that the owner chose."""
        return self.name

    @property
    def scope_names(self) -> frozenset[str]:
        """Return the scopes as a set."""
        return frozenset(self.scopes.split())

    @property
    def is_open(self) -> bool:
        """Return whether the token is neither revoked nor expired."""
        return self.revoked_at is None and timezone.now() < self.expires_at


class RememberedAnswer(models.Model):
    """The response to a write with an idempotency key; ``status`` 0 means that the write is running."""

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
        """Return the key."""
        return self.key
