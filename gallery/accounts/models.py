"""People who own photos, and the invitations that bring them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


def default_quota_bytes() -> int:
    """Return the quota a new account starts with."""
    return int(settings.DEFAULT_QUOTA_BYTES)


class User(AbstractUser):
    """A person. ``used_bytes`` counts what their originals take or have reserved.

    The permission ``photos.skip_review`` makes a person trusted: their photos are approved as soon
    as they are processed.
    """

    email = models.EmailField(_("email address"))
    quota_bytes = models.BigIntegerField(default=default_quota_bytes)
    used_bytes = models.BigIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager[User]] = UserManager()  # type: ignore[assignment]

    class Meta(AbstractUser.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="accounts_user_email_unique"
            ),
            models.CheckConstraint(
                condition=Q(used_bytes__gte=0), name="accounts_user_used_bytes_not_negative"
            ),
        ]


class Invitation(models.Model):
    """A single-use invitation to sign up; only a digest of its token is kept."""

    token_digest = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the invitation by its note."""
        return self.note or f"Invitation {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody can still sign up with it."""
        return self.used_at is None and now < self.expires_at
