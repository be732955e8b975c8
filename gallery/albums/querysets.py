"""Who may see which albums and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.db.models.lookups import IsNull

from gallery.photos.counting import CountOf
from gallery.photos.models import Photo
from gallery.photos.querysets import owner_is_shown
from gallery.photos.stacks import is_under
from gallery.photos.states import Visibility, WordsState
from gallery.photos.turns import in_turns

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.albums.models import Album, Tag  # noqa: F401 - name the types in the base classes
    from gallery.photos.querysets import PhotoQuerySet


MOST_RECENT = 2000
"""Albums that are put in turns: more than one account makes in minutes, few enough to be sorted."""


class AlbumQuerySet(models.QuerySet["Album"]):
    """Albums, by who may see them."""

    def owned_by(self, user: User) -> AlbumQuerySet:
        """Keep the user's own albums."""
        return self.filter(owner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser) -> AlbumQuerySet:
        """Keep public albums and the user's own."""
        public = Q(visibility=Visibility.PUBLIC) & owner_is_shown()
        return self.filter(public if user.is_anonymous else public | Q(owner_id=user.pk))

    def of_shown_owners(self) -> AlbumQuerySet:
        """Keep albums whose owner is neither blocked nor closed: of others, no grant shows anything."""
        return self.filter(owner_is_shown())

    def showing_photos(self) -> AlbumQuerySet:
        """Keep public albums with at least one public photo."""
        # One id, not EXISTS, which databases would join with the photos of all albums.
        shown = Photo.objects.public().filter(album_entries__album=OuterRef("pk")).order_by()
        has_one = IsNull(Subquery(shown.values("pk")[:1]), False)
        return self.filter(owner_is_shown(), Q(has_one), visibility=Visibility.PUBLIC)

    def reviewable(self) -> AlbumQuerySet:
        """Keep albums whose words moderators may read and decide about: the public ones."""
        return self.filter(owner_is_shown(), visibility=Visibility.PUBLIC)

    def with_words_waiting(self) -> AlbumQuerySet:
        """Keep public albums whose title and description wait for a moderator, the longest waiting first."""
        return self.reviewable().filter(words_state=WordsState.WAITING).order_by("words_at", "id")

    def shown_in_turns(self, most: int) -> list[Album]:
        """Return public albums with public photos, each owner's newest first, then each one's second.

        They are of the newest 2,000. Costs two queries, and another where many albums have no public photo.
        """
        recent = self.reviewable().newest_first().values("pk")[:MOST_RECENT]
        by_turns = in_turns(self.filter(pk__in=recent), by="owner", then="-created_at")
        ids = by_turns.values_list("pk", flat=True)
        found: list[Album] = []
        start, step = 0, 2 * most
        # Only those that have their turn are looked into for a public photo: in 2,000 it would cost the most.
        while len(found) < most and (some := list(ids[start : start + step])):
            shown = self.showing_photos().select_related("owner").in_bulk(some)
            found += [shown[album_id] for album_id in some if album_id in shown]
            start, step = start + step, 4 * step
        return found[:most]

    def sorted_by(self, untrusted: str) -> AlbumQuerySet:
        """Order by name, by the last change, or else newest first. For own albums: it reads their titles."""
        wanted: dict[str, tuple[Any, ...]] = {
            "name": (Lower("title"), "id"),
            "changed": ("-changed_at", "-id"),
        }
        return self.order_by(*wanted.get(untrusted, ("-created_at", "-id")))

    def newest_first(self) -> AlbumQuerySet:
        """Order by creation time, newest first."""
        return self.order_by("-created_at", "-id")

    def with_counts(self, seen: PhotoQuerySet) -> AlbumQuerySet:
        """Count each album's photos among those that the viewer sees, as ``photo_count``.

        A raw that is stacked under a photo of the album is not counted, as it is not listed.
        """
        tops = seen.filter(album_entries__album=OuterRef(OuterRef("pk")))
        listed = seen.filter(album_entries__album=OuterRef("pk")).filter(~is_under(tops))
        entries = listed.order_by().values("pk")[: settings.PHOTOS_PER_ALBUM]
        return self.annotate(photo_count=CountOf(entries))


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags, by who may see them."""

    def visible_to(self, user: User | AnonymousUser) -> TagQuerySet:
        """Keep tags of photos that the user may see: other tags must look as if they did not exist."""
        return self.filter(Exists(Photo.objects.visible_to(user).filter(photo_tags__tag=OuterRef("pk"))))
