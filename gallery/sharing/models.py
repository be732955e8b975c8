"""Grants on albums: all access that is neither the owner's nor everyone's."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.albums.models import Album, AlbumEntry
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User

MAX_LABEL_LENGTH = 80
MAX_NAME_LENGTH = 60
MAX_ADDRESS_LENGTH = 254
MAX_VIEWS = 100_000
MOST_PLACES = 1_000


class Role(models.TextChoices):
    """What a grant allows."""

    VIEW = "view", _("View")
    CLEAN = "clean", _("View and download, without metadata")
    DOWNLOAD = "download", _("View and download originals, with metadata")
    ADD = "add", _("View, add photos, and download without metadata")


class Decision(models.TextChoices):
    """What an album's owner decided about another's photo."""

    WAITING = "waiting", _("Waits for the owner of the album")
    ACCEPTED = "accepted", _("In the album")
    DECLINED = "declined", _("Not in the album")


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, by who gave and who holds them."""

    def open(self) -> GrantQuerySet:
        """Keep grants that show their album now: neither ended nor expired, of an owner who is shown."""
        in_time = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(in_time, ended_at=None, album__in=Album.objects.of_shown_owners())

    def given_by(self, user: User) -> GrantQuerySet:
        """Keep grants on the user's albums."""
        return self.filter(album__owner_id=user.pk)

    def held_by(self, user: User | AnonymousUser) -> GrantQuerySet:
        """Keep grants to this person: to the account, or to the address that it confirmed."""
        if user.is_anonymous:
            return self.none()
        mine = Q(person_id=user.pk)
        return self.filter(mine | Q(address=user.email) if user.email else mine)


class Grant(models.Model):
    """Access to one album for one holder: a link, an account, or the person who confirmed an email address.

    ``token_digest`` is that of a link's token, which is not stored. ``password`` is hashed, and ``epoch``
    counts its changes: a session of a link is of one epoch. ``uses`` counts sessions of a link, and visits of
    a person. ``places`` is from how many networks it was opened, at most ``MOST_PLACES``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="grants")
    token_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="grants_held"
    )
    address = models.EmailField(max_length=MAX_ADDRESS_LENGTH, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEW)
    label = models.CharField(max_length=MAX_LABEL_LENGTH, blank=True)
    password = models.CharField(max_length=128, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    max_views = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(token_digest__isnull=False, person=None, address="")
                | Q(token_digest=None, person__isnull=False, address="")
                | Q(Q(token_digest=None, person=None), ~Q(address="")),
                name="sharing_grant_one_holder",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("album", F("created_at").desc(), name="sharing_grant_of_album"),
            models.Index("address", name="sharing_grant_address", condition=~Q(address="")),
        ]

    def __str__(self) -> str:
        """Return who it is for."""
        return self.label or self.address or str(self.pk)

    def get_absolute_url(self) -> str:
        """Return the path of the page that it opens, without a link's token."""
        return reverse("shared-album", args=[self.pk])

    @property
    def is_link(self) -> bool:
        """Return whether a link holds it."""
        return self.token_digest is not None

    @property
    def is_expired(self) -> bool:
        """Return whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_used_up(self) -> bool:
        """Return whether it was opened as often as it may be."""
        return self.max_views is not None and self.uses >= self.max_views

    @property
    def allows_download(self) -> bool:
        """Return whether its holder may download originals, or their clean copies."""
        return self.role in {Role.CLEAN, Role.DOWNLOAD, Role.ADD}

    @property
    def keeps_metadata(self) -> bool:
        """Return whether what is downloaded holds all that the camera wrote."""
        return self.role == Role.DOWNLOAD

    @property
    def allows_adding(self) -> bool:
        """Return whether its holder may send photos for the album, or lend their own to it."""
        return self.role == Role.ADD

    def is_held_by(self, user: User | AnonymousUser) -> bool:
        """Return whether this person holds it. A link is held by no one."""
        if user.is_anonymous or self.is_link:
            return False
        return self.person_id == user.pk or bool(self.address and self.address == user.email)

    def is_password(self, typed: str) -> bool:
        """Return whether this is the password; costs a hash."""
        return check_password(typed, self.password)


class Contribution(models.Model):
    """Who sent a photo by a link: a browser, and the name that was typed there. It stays with the photo.

    ``album`` is what it was sent for. It and the ``grant`` are null once they are deleted. ``owner_untold``
    until the email to the owner is queued, or there is nothing to tell.
    """

    photo = models.OneToOneField(
        Photo, on_delete=models.CASCADE, primary_key=True, related_name="contribution"
    )
    album = models.ForeignKey(Album, on_delete=models.SET_NULL, null=True, related_name="contributions")
    grant = models.ForeignKey(Grant, on_delete=models.SET_NULL, null=True, related_name="contributions")
    sender = models.UUIDField(db_index=True)
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    owner_untold = models.BooleanField(default=True, db_default=False, editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("photo", name="sharing_untold", condition=Q(owner_untold=True)),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Lent(models.Model):
    """A photo that its owner, who has an account, lends to another's album: it stays theirs.

    ``grant`` is by which they could; null once it is deleted. Where it is shown: see ``lending``.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="lendings")
    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="lendings")
    grant = models.ForeignKey(Grant, on_delete=models.SET_NULL, null=True, related_name="lendings")
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["photo", "album"], name="sharing_lent_unique"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("album", "decision", F("id").desc(), name="sharing_lent_to_album"),
        ]

    def __str__(self) -> str:
        """Return photo and album."""
        return f"{self.photo_id} lent to {self.album_id}"


def is_in(albums: Any) -> Q:
    """Return the condition that a photo is in one of these albums: its owner's, or lent and accepted."""
    # For each photo, or all that is in any shared album would be read.
    of_photo = {"photo": OuterRef("pk"), "album__in": albums}
    accepted = Lent.objects.filter(**of_photo, decision=Decision.ACCEPTED)
    return Q(Exists(AlbumEntry.objects.filter(**of_photo))) | Q(Exists(accepted))


class Place(models.Model):
    """A network from which a grant was opened, as a keyed digest."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="networks")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["grant", "digest"], name="sharing_place_unique"),
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
