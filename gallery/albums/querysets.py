"""Who may see which albums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from gallery.photos.models import Photo
from gallery.photos.states import Visibility

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.albums.models import Album  # noqa: F401 - names the type in the base class


class AlbumQuerySet(models.QuerySet["Album"]):
    """Albums, by who may see them."""

    def owned_by(self, user: User) -> AlbumQuerySet:
        """Keep the user's own albums."""
        return self.filter(owner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser) -> AlbumQuerySet:
        """Keep public albums and the user's own."""
        public = Q(visibility=Visibility.PUBLIC)
        return self.filter(public if user.is_anonymous else public | Q(owner_id=user.pk))

    def showing_photos(self) -> AlbumQuerySet:
        """Keep public albums with at least one public photo."""
        shown = Photo.objects.public().filter(album_entries__album=OuterRef("pk"))
        return self.filter(Exists(shown), visibility=Visibility.PUBLIC)

    def newest_first(self) -> AlbumQuerySet:
        """Order by creation time, newest first."""
        return self.order_by("-created_at", "-id")

    def with_counts(self) -> AlbumQuerySet:
        """Count each album's photos, except those in the trash, as ``photo_count``."""
        return self.annotate(photo_count=Count("entries", filter=Q(entries__photo__trashed_at=None)))
