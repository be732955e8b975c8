"""Albums and tags."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse

from gallery.albums.querysets import AlbumQuerySet, TagQuerySet
from gallery.photos.models import Photo
from gallery.photos.states import Visibility

MAX_TITLE_LENGTH = 120
MAX_DESCRIPTION_LENGTH = 500
MAX_TAG_LENGTH = 40
# Case folding and normalization may lengthen a tag: "ß" becomes "ss".
MAX_TAG_COLUMN = 200


class Album(models.Model):
    """A person's collection of their own photos. A photo can be in many."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums")
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    description = models.CharField(max_length=MAX_DESCRIPTION_LENGTH, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    created_at = models.DateTimeField(auto_now_add=True)
    photos = models.ManyToManyField(Photo, through="AlbumEntry", related_name="albums")

    objects = AlbumQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("owner", F("created_at").desc(), name="albums_owner_newest"),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of the album's page."""
        return reverse("album", args=[self.pk])


class AlbumEntry(models.Model):
    """One photo in one album."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="entries")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="album_entries")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["album", "photo"], name="albums_entry_unique"),
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
