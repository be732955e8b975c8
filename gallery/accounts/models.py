"""Users, invitations and rate limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable


NAME_TAKEN = _("This username is taken. Choose another.")


def default_quota_bytes() -> int:
    """Return the quota a new account starts with."""
    return int(settings.DEFAULT_QUOTA_BYTES)


class AccountManager(UserManager["User"]):
    """Finds users by username or email address, ignoring case."""

    use_in_migrations = False

    def with_email(self, email: str) -> User | None:
        """Return the user with this confirmed email address, ignoring case."""
        # LOWER runs in the database on both sides: the index is on LOWER(email), and databases differ in
        # which letters it changes.
        known = self.exclude(email="").alias(lower=Lower("email"))
        return known.filter(lower=Lower(Value(email.strip()))).first() if email.strip() else None

    def with_username_or_email(self, name: str) -> User | None:
        """Return the user with this email address or else this username, ignoring case."""
        if "@" in name and (user := self.with_email(name)):
            return user
        wanted = Lower(Value(User.normalize_username(name.strip())))
        return self.alias(lower=Lower("username")).filter(lower=wanted).first()


class User(AbstractUser):
    """A user. ``used_bytes`` counts the bytes that their originals occupy or have reserved.

    ``email`` is a confirmed address or empty. ``left_at`` is when the user deleted the account: the row
    remains until the last of their photos is purged. Users with the permission ``photos.skip_review`` are
    trusted: their photos are approved as soon as they are processed.
    """

    email = models.EmailField(_("email address"), blank=True)
    quota_bytes = models.BigIntegerField(default=default_quota_bytes)
    used_bytes = models.BigIntegerField(default=0, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta(AbstractUser.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index("left_at", name="accounts_user_left", condition=Q(left_at__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            # Usernames that differ only by case are too easily confused.
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_unique",
                violation_error_message=NAME_TAKEN,
            ),
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="accounts_user_email_unique"
            ),
            models.CheckConstraint(
                condition=Q(used_bytes__gte=0), name="accounts_user_used_bytes_not_negative"
            ),
        ]

    @property
    def quota_percent(self) -> int:
        """Return the used share of the quota, rounded up, at most 100."""
        # A quota may be 0.
        return min(100, -(-100 * self.used_bytes // max(self.quota_bytes, 1)))

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save all fields but ``used_bytes``, which uploads change while a form is open.

        Raises:
            django.db.DatabaseError: the account was deleted meanwhile. It is not created again.
        """
        if update_fields is None and not self._state.adding:
            kept = {"id", "used_bytes", *self.get_deferred_fields()}
            names = (field.attname for field in self._meta.concrete_fields)
            update_fields = [name for name in names if name not in kept]
        super().save(update_fields=update_fields, **kwargs)


class Invitation(models.Model):
    """A single-use invitation to sign up. Only a digest of its token is stored."""

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
        """Return the note, or the id if there is none."""
        return self.note or f"Invitation {self.pk}"


class RateLimit(models.Model):
    """The state of one rate limit for one subject; see ``rate_limits``.

    ``busy_until`` is in microseconds since the epoch. ``key`` is a digest, so it identifies no person.
    """

    key = models.CharField(max_length=64, primary_key=True)
    busy_until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        """Return the key."""
        return self.key
