"""Query policy: who may see which photos, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from django.db import models
from django.db.models import Q

from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.photos.models import Photo  # noqa: F401 - names the type in the base class


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos, by what a person may see and what still has to happen."""

    def delete(self) -> NoReturn:
        """Refuse: a row leaves by ``purge`` only, which also ends what it stands for in S3."""
        raise TypeError("Photos leave by gallery.photos.purge.purge_photo only.")

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def public(self) -> PhotoQuerySet:
        """Keep what everybody may see. Approved means processed, so a public page has no holes."""
        return self.filter(state=State.APPROVED, trashed_at=None, visibility=Visibility.PUBLIC)

    def owned_by(self, user: User) -> PhotoQuerySet:
        """Keep the user's own photos, those in the trash too."""
        return self.filter(owner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser, *, as_moderator: bool = True) -> PhotoQuerySet:
        """Keep what the user may look at: public photos, their own, and a moderator's queue.

        ``as_moderator=False`` is for those who act for a moderator without that right of theirs.
        """
        public = Q(state=State.APPROVED, trashed_at=None, visibility=Visibility.PUBLIC)
        if user.is_anonymous:
            return self.filter(public)
        allowed = public | Q(owner_id=user.pk)
        if as_moderator and user.has_perm("photos.moderate_photo"):
            # What its owner keeps private is nobody's to judge until it is made public.
            allowed |= Q(visibility=Visibility.PUBLIC, trashed_at=None)
        return self.filter(allowed)

    def not_trashed(self) -> PhotoQuerySet:
        """Leave out what lies in the trash."""
        return self.filter(trashed_at=None)

    def trashed(self) -> PhotoQuerySet:
        """Keep what lies in the trash."""
        return self.filter(trashed_at__isnull=False)

    def on_the_desk(self, user: User | AnonymousUser) -> PhotoQuerySet:
        """Keep what the user may judge: public photos, and for an admin also those in the trash.

        What its owner keeps private is on nobody's desk, an admin's neither.
        """
        public = self.filter(visibility=Visibility.PUBLIC)
        return public if user.is_superuser else public.not_trashed()

    def awaiting_review(self) -> PhotoQuerySet:
        """Keep the moderator's queue."""
        return self.filter(state=State.PENDING, trashed_at=None, visibility=Visibility.PUBLIC)

    def newest_first(self) -> PhotoQuerySet:
        """Order by upload, newest first; the id makes the order total, as keyset paging needs."""
        return self.order_by("-created_at", "-id")

    def older_than(self, created_at: datetime, photo_id: UUID) -> PhotoQuerySet:
        """Keep what comes after the given position in ``newest_first`` order."""
        # The first condition alone is a range that an index can be entered by, however deep the page.
        return self.filter(Q(created_at__lt=created_at) | Q(id__lt=photo_id), created_at__lte=created_at)

    def newer_than(self, created_at: datetime, photo_id: UUID) -> PhotoQuerySet:
        """Keep what comes before the given position in ``newest_first`` order."""
        return self.filter(Q(created_at__gt=created_at) | Q(id__gt=photo_id), created_at__gte=created_at)

    def with_owner(self) -> PhotoQuerySet:
        """Fetch each photo's owner in the same query."""
        return self.select_related("owner")

    def with_tags(self) -> PhotoQuerySet:
        """Fetch the tags of all photos by one more query."""
        return self.prefetch_related("tags")
