"""Users, invitations, rate limits, the audit trail and queued emails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.accounts.usernames import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


MAX_DISPLAY_NAME_LENGTH = 60
NAME_FIELDS = ("display_name", "public_name", "name_at", "name_note")
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

    def is_name_taken(self, name: str) -> bool:
        """Return whether an account has this username, or one that looks like it."""
        wanted = Lower(Value(User.normalize_username(name.strip())))
        same = self.alias(lower=Lower("username")).filter(lower=wanted)
        return same.exists() or self.filter(skeleton=skeleton(name)[:200]).exists()


class User(AbstractUser):
    """A user. ``used_bytes`` counts the bytes that their originals occupy or have reserved.

    ``display_name`` is what the user wants to be called. Others read ``public_name``: the display name that
    was approved last, or empty. ``name_at`` is since when another one waits for review, and ``name_note`` why
    it was rejected (see ``gallery.photos.owner_names``).

    ``email`` is a confirmed address in lower case, or empty; django-allauth's rows follow it.
    ``session_epoch`` is part of what sessions are checked against: a higher value ends them all.
    ``skeleton`` is what the username looks like (see ``usernames``).
    ``mfa_due_at`` is when a staff member needs two-step sign-in at the latest. ``left_at`` is when the user
    deleted the account: the row remains until the last of their photos is purged. ``decisions_seen_at`` is
    the last decision about their photos that the user was told of on *My photos*. ``language`` is the one
    that the user chose, or empty, and ``browser_language`` that of the browser that signed in last. Users
    with the permission ``photos.skip_review`` are trusted: their photos are approved as soon as they are
    processed.
    """

    email = models.EmailField(_("email address"), blank=True)
    quota_bytes = models.BigIntegerField(default=default_quota_bytes)
    used_bytes = models.BigIntegerField(default=0, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    skeleton = models.CharField(max_length=200, default="", db_default="", editable=False)
    mfa_due_at = models.DateTimeField(null=True, editable=False)
    decisions_seen_at = models.DateTimeField(null=True, editable=False)
    display_name = models.CharField(
        _("display name"),
        max_length=MAX_DISPLAY_NAME_LENGTH,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    public_name = models.CharField(
        max_length=MAX_DISPLAY_NAME_LENGTH, blank=True, default="", db_default="", editable=False
    )
    name_at = models.DateTimeField(null=True, editable=False)
    name_note = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    language = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)
    browser_language = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta(AbstractUser.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index("skeleton", name="accounts_user_skeleton"),
            models.Index("left_at", name="accounts_user_left", condition=Q(left_at__isnull=False)),
            models.Index("name_at", name="accounts_user_name_waits", condition=Q(name_at__isnull=False)),
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
    def shown_name(self) -> str:
        """Return the name that others read."""
        return self.public_name or self.username

    @property
    def own_name(self) -> str:
        """Return the name that the user reads, approved or not."""
        return self.display_name or self.username

    @property
    def quota_percent(self) -> int:
        """Return the used share of the quota, rounded up, at most 100."""
        # A quota may be 0.
        return min(100, -(-100 * self.used_bytes // max(self.quota_bytes, 1)))

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save all fields but those that change while a form is open: ``used_bytes``, and a display name.

        Raises:
            django.db.DatabaseError: the account was deleted meanwhile. It is not created again.
        """
        if update_fields is None and not self._state.adding:
            kept = {"id", "used_bytes", *NAME_FIELDS, *self.get_deferred_fields()}
            names = (field.attname for field in self._meta.concrete_fields)
            update_fields = [name for name in names if name not in kept]
        self.email = self.email.lower()
        self.skeleton = skeleton(self.username)[:200]
        super().save(update_fields=update_fields, **kwargs)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Return what a session must carry. It changes with the password and with ``session_epoch``."""
        if not self.session_epoch:
            return str(super()._get_session_auth_hash(secret=secret))  # type: ignore[misc]  # not in the stubs
        value = f"{self.session_epoch}:{self.password}"
        hashed = salted_hmac("gallery.accounts.sessions", value, secret=secret, algorithm="sha256")
        return str(hashed.hexdigest())


MAX_INVITATION_NOTE = 200


class Invitation(models.Model):
    """A single-use invitation to sign up. Only a digest of its token is stored."""

    token_digest = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=MAX_INVITATION_NOTE, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the note, or the id if there is none."""
        return self.note or gettext("Invitation {id}").format(id=self.pk)


class RateLimit(models.Model):
    """The state of one rate limit for one subject; see ``rate_limits``.

    ``busy_until`` is in microseconds since the epoch. ``key`` is a digest, so it identifies no person.
    """

    key = models.CharField(max_length=64, primary_key=True)
    busy_until = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class AccountEventQuerySet(models.QuerySet["AccountEvent"]):
    """Events can be added and, after the stated time, expire. Nothing changes them."""

    def update(self, **_kwargs: Any) -> int:
        """Refuse.

        Raises:
            AuditTrailIsFixed: always.
        """
        raise AuditTrailIsFixed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse.

        Raises:
            AuditTrailIsFixed: always.
        """
        raise AuditTrailIsFixed

    def expire(self, before: datetime) -> int:
        """Delete the events before this instant. Return how many there were."""
        return super().filter(at__lt=before)._raw_delete(self.db)  # noqa: SLF001


class AuditTrailIsFixed(Exception):
    """Entries of the audit trail are never changed or deleted one by one."""


class AccountEvent(models.Model):
    """An entry of the audit trail: what happened to an account, when and from where.

    ``actor`` is the person who did it, if it was another one. It holds nothing that was typed at a sign-in.
    ``details`` has the ``reason`` that a moderator gave, and which rights were ``given`` and ``taken``.
    """

    class Kind(models.TextChoices):
        """What happened."""

        SIGNED_UP = "signed_up", _("Account created")
        SIGNED_IN = "signed_in", _("Signed in")
        NEW_DEVICE = "new_device", _("Signed in from a new device")
        SIGN_IN_FAILED = "sign_in_failed", _("Incorrect password or code")
        EMAIL_CHANGED = "email_changed", _("Email address changed")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password reset by email")
        MFA_ADDED = "mfa_added", _("Two-step sign-in method added")
        MFA_REMOVED = "mfa_removed", _("Two-step sign-in method removed")
        RECOVERY_CODES = "recovery_codes", _("New recovery codes created")
        TOKEN_MADE = "token_made", _("API token created")
        TOKENS_ENDED = "tokens_ended", _("API token revoked")
        SESSIONS_ENDED = "sessions_ended", _("Signed out everywhere")
        RIGHTS_CHANGED = "rights_changed", _("Permissions changed")
        TAKEN_DOWN = "photo_taken_down", _("One of your photos was taken down")
        REPORTED_PHOTO_SEEN = "reported_photo_seen", _("A moderator opened a photo that was reported")
        BLOCKED = "blocked", _("Account blocked")
        UNBLOCKED = "unblocked", _("Block ended")
        NAME_CHANGED = "name_changed", _("Display name changed")
        NAME_APPROVED = "name_approved", _("Display name approved")
        NAME_REJECTED = "name_rejected", _("Display name rejected")
        SHARED = "shared", _("Album shared")
        SHARE_CHANGED = "share_changed", _("Password or end of a share changed")
        SHARE_ENDED = "share_ended", _("Sharing ended")
        UNDONE = "undone", _("A change was undone by email link")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="account_events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    details = models.JSONField(default=dict)

    objects = AccountEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("user", F("at").desc(), name="accounts_event_of_user"),
        ]

    def __str__(self) -> str:
        """Return what happened."""
        return self.get_kind_display()

    def save(self, **kwargs: Any) -> None:
        """Add the entry.

        Raises:
            AuditTrailIsFixed: the entry exists already.
        """
        if not self._state.adding:
            raise AuditTrailIsFixed
        super().save(**kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: ARG002
        """Refuse.

        Raises:
            AuditTrailIsFixed: always.
        """
        raise AuditTrailIsFixed

    @property
    def explanation(self) -> str:
        """Return the reason, or the rights that were given and taken; empty for other events."""
        given, taken = (", ".join(self.details.get(name, ())) for name in ("given", "taken"))
        parts = (
            self.details.get("reason", ""),
            _("given: {rights}").format(rights=given) if given else "",
            _("taken away: {rights}").format(rights=taken) if taken else "",
        )
        return "; ".join(part for part in parts if part)


class QueuedEmail(models.Model):
    """An email about an account that is still to be sent. It may hold a link, so it is deleted once sent.

    ``to`` is empty for a request that leads to no email: the response must take as long as with one.
    """

    to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        """Return the subject."""
        return self.subject
