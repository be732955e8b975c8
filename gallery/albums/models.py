"""Albums and tags."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.albums.querysets import AlbumQuerySet, TagQuerySet
from gallery.photos.models import NEVER, Photo, mark_of
from gallery.photos.states import Visibility, WordsState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User

MAX_TITLE_LENGTH = 120
MAX_DESCRIPTION_LENGTH = 500
MAX_TAG_LENGTH = 40
# Case folding and normalization may lengthen a tag: "ß" becomes "ss".
MAX_TAG_COLUMN = 200


class Order(models.TextChoices):
    """The order in which an album shows its photos."""

    ADDED = "added", gettext_lazy("Last added first")
    TAKEN = "taken", gettext_lazy("By date taken")
    HAND = "hand", gettext_lazy("By hand")


class Album(models.Model):
    """A person's collection of their own photos. A photo can be in many.

    ``title`` and ``description`` are the owner's. Others read ``public_title`` and ``public_description``:
    the words that were approved last, or that a trusted owner wrote; both empty if there are none.
    ``words_at`` is when the owner last changed the words, and ``review_note`` why they were rejected.
    ``changed_at`` is when the owner last changed anything of the album.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums")
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    description = models.CharField(max_length=MAX_DESCRIPTION_LENGTH, blank=True)
    public_title = models.CharField(
        max_length=MAX_TITLE_LENGTH, blank=True, default="", db_default="", editable=False
    )
    public_description = models.CharField(
        max_length=MAX_DESCRIPTION_LENGTH, blank=True, default="", db_default="", editable=False
    )
    words_state = models.CharField(
        max_length=10,
        choices=WordsState,
        default=WordsState.WAITING,
        db_default=WordsState.WAITING.value,
        editable=False,
    )
    words_at = models.DateTimeField(default=timezone.now, db_default=NEVER, editable=False)
    review_note = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    order = models.CharField(max_length=10, choices=Order, default=Order.ADDED, db_default=Order.ADDED.value)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now, db_default=NEVER, editable=False)
    photos = models.ManyToManyField(Photo, through="AlbumEntry", related_name="albums")

    objects = AlbumQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("owner", F("created_at").desc(), name="albums_owner_newest"),
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="albums_public_newest",
                condition=Q(visibility=Visibility.PUBLIC),
            ),
            models.Index(
                "words_at",
                "id",
                name="albums_words_waiting",
                condition=Q(words_state=WordsState.WAITING, visibility=Visibility.PUBLIC),
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of the album's page."""
        return reverse("album", args=[self.pk])

    @property
    def public_name(self) -> str:
        """Return the title that others read."""
        return self.public_title or _("Album")

    def words_for(self, viewer: User | AnonymousUser) -> tuple[str, str]:
        """Return title and description as this person may read them."""
        if self.owner_id == viewer.pk:
            return self.title, self.description
        return self.public_name, self.public_description

    @property
    def words_mark(self) -> str:
        """Return a digest of the owner's words and name. A decision carries the one that was read."""
        return mark_of(self.title, self.description, self.owner.username)

    @property
    def shows_own_words(self) -> bool:
        """Return whether others read the words that the owner wrote last."""
        return (self.title, self.description) == (self.public_title, self.public_description)


class SmartAlbum(models.Model):
    """A search that its owner saved under a name: it shows them which of their photos it finds now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="smart_albums")
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    query = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its page."""
        return reverse("smart-album", args=[self.pk])


class WordsDecision(models.Model):
    """A moderator's decision about an album's words, as they were.

    ``owner_untold`` is set until the email to the owner is queued.
    """

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="words_decisions")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=WordsState)
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    description = models.CharField(max_length=MAX_DESCRIPTION_LENGTH, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    owner_untold = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("id", name="albums_decisions_untold", condition=Q(owner_untold=True)),
        ]

    def __str__(self) -> str:
        """Return the decision and the title."""
        return f"{self.state}: {self.title}"


class AlbumEntry(models.Model):
    """One photo in one album.

    ``rank`` is its place by hand; 0 as long as the album was never put in order by hand.
    """

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="entries")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="album_entries")
    added_at = models.DateTimeField(auto_now_add=True)
    rank = models.BigIntegerField(default=0, db_default=0, editable=False)
    # Here and not on the album: what is no longer in it can't be its cover.
    is_cover = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["album", "photo"], name="albums_entry_unique"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The order of adding, and covers: what was added last.
            models.Index("album", F("id").desc(), name="albums_entry_latest"),
            models.Index("album", "rank", "id", name="albums_entry_by_hand"),
            # ``choose_cover`` keeps at most one in an album.
            models.Index("album", name="albums_entry_cover", condition=Q(is_cover=True)),
        ]

    def __str__(self) -> str:
        """Return photo and album."""
        return f"{self.photo_id} in {self.album_id}"


class Tag(models.Model):
    """A tag, in lower case."""

    name = models.CharField(max_length=MAX_TAG_COLUMN, unique=True)
    photos = models.ManyToManyField(Photo, through="PhotoTag", related_name="tags")

    objects = TagQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the tag's page."""
        return reverse("tag", args=[self.name])


class PhotoTag(models.Model):
    """One tag of one photo."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="photo_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="photo_tags")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["photo", "tag"], name="albums_photo_tag_unique"),
        ]

    def __str__(self) -> str:
        """Return photo and tag."""
        return f"{self.photo_id}: {self.tag_id}"
