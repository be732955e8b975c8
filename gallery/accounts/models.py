"""People who own photos, and the invitations that bring them in."""

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
    from datetime import datetime


NAME_TAKEN = _("This name is taken. Choose another.")


def default_quota_bytes() -> int:
    """Return the quota a new account starts with."""
    return int(settings.DEFAULT_QUOTA_BYTES)


class PeopleManager(UserManager["User"]):
    """People, by what they are known as."""

    use_in_migrations = False

    def with_email(self, email: str) -> User | None:
        """Return the person with this confirmed e-mail address, however it is spelt."""
        # LOWER on both sides and in the database: the index is on it, and databases differ in its letters.
        known = self.exclude(email="").alias(lower=Lower("email"))
        return known.filter(lower=Lower(Value(email.strip()))).first() if email.strip() else None

    def known_as(self, name: str) -> User | None:
        """Return the person with this e-mail address or, failing that, this name, in upper or lower case."""
        if "@" in name and (person := self.with_email(name)):
            return person
        wanted = Lower(Value(User.normalize_username(name.strip())))
        return self.alias(lower=Lower("username")).filter(lower=wanted).first()


class User(AbstractUser):
    """A person. ``used_bytes`` counts what their originals take or have reserved.

    ``email`` holds a confirmed address or nothing. ``left_at`` is when the person deleted the account:
    the row remains until the last of their photos is purged. The permission ``photos.skip_review``
    makes a person trusted: their photos are approved as soon as they are processed.
    """

    email = models.EmailField(_("email address"), blank=True)
    quota_bytes = models.BigIntegerField(default=default_quota_bytes)
    used_bytes = models.BigIntegerField(default=0, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta(AbstractUser.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index("left_at", name="accounts_user_left", condition=Q(left_at__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            # Names that differ only by case are one name to the eye.
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

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save all but ``used_bytes``, which uploads count up and down while a form is being filled in.

        Raises:
            django.db.DatabaseError: the account was deleted meanwhile; it does not come back.
        """
        if update_fields is None and not self._state.adding:
            kept = {"id", "used_bytes", *self.get_deferred_fields()}
            names = (field.attname for field in self._meta.concrete_fields)
            update_fields = [name for name in names if name not in kept]
        super().save(update_fields=update_fields, **kwargs)


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


class RateLimit(models.Model):
    """How far the requests of one subject run ahead of the clock, for ``rate_limits``.

    ``busy_until`` is in microseconds since the epoch. ``key`` is a digest, so no person is named.
    """

    key = models.CharField(max_length=64, primary_key=True)
    busy_until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        """Name the limit by its key."""
        return self.key
