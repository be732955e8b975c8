"""The text by which each photo is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gallery.photos.fields import WallClockField
from gallery.photos.models import Photo
from gallery.search.querysets import SearchTextQuerySet

if TYPE_CHECKING:
    from typing import Any


class SearchText(models.Model):
    """The folded words of one photo: what everyone may read, and what its owner reads.

    A visitor must not find a photo by words that they may not see, so each reader has a text of their own.
    ``bigrams`` has the pairs of signs of both, by which an index finds short words. ``camera``, ``lens`` and
    ``file_words`` are the worker's, and are kept because the texts are written again without the worker.
    ``timeline_at`` copies the photo's place on the timeline: results are in this order, and words and order
    are in one table. A row that ``is_stale`` lacks some of this: the sweep and ``reindex_search`` write it.
    """

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, related_name="search_text")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=True
    )
    public_text = models.TextField(default="", db_default="")
    own_text = models.TextField(default="", db_default="")
    bigrams = models.TextField(default="", db_default="")
    camera = models.CharField(max_length=200, default="", db_default="")
    lens = models.CharField(max_length=200, default="", db_default="")
    file_words = models.TextField(default="", db_default="")
    timeline_at = WallClockField(editable=False)
    is_stale = models.BooleanField(default=True, db_default=True)

    objects = SearchTextQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("timeline_at").desc(), F("photo").desc(), name="search_timeline"),
            models.Index("id", name="search_stale", condition=Q(is_stale=True)),
            models.Index("camera", name="search_camera", condition=~Q(camera="")),
            models.Index("lens", name="search_lens", condition=~Q(lens="")),
        ]

    def __str__(self) -> str:
        """Return the id of the photo in a phrase."""
        return f"Text of {self.photo_id}"


class DueTexts(models.Model):
    """Photos whose words changed in a request that could not write all their texts: see ``search.due``.

    ``cause`` is the album whose words these are. No foreign keys: the album may be gone, and a photo too.
    """

    owner_id = models.BigIntegerField()
    cause = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    photo_ids = models.JSONField()

    def __str__(self) -> str:
        """Return their number."""
        return f"{len(self.photo_ids)} texts"


class NameKind(models.TextChoices):
    """What a name names."""

    TAG = "tag"
    ALBUM = "album"
    CAMERA = "camera"
    LENS = "lens"


class Name(models.Model):
    """A tag, a public album title, a camera or a lens, and how it compares in a search.

    A name that nothing has any more stays: before a name is shown, ask which photos the reader sees with it.
    """

    kind = models.CharField(max_length=6, choices=NameKind)
    name = models.CharField(max_length=200)
    folded = models.TextField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "name"], name="search_name_unique"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("kind", "folded", name="search_name_folded"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
