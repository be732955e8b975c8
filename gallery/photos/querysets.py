"""Query policy: who may see which photos, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from django.db import models
from django.db.models import Q, Subquery

from gallery.accounts.models import User
from gallery.accounts.moderators import sees_waiting
from gallery.blocks.models import Block
from gallery.photos import stacks
from gallery.photos.states import IN_QUEUE, WITHOUT_PICTURE, State, Visibility, WordsState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.photos.models import Photo  # noqa: F401 - names the type in the base class


IN_THE_TRASH = Q(trashed_at__isnull=False, is_received=False)
"""What a guest sent is not yet its owner's to restore, to empty, or to be purged after 30 days."""


def owner_left() -> Q:
    """Return the condition that the owner closed the account: its photos are still being purged."""
    return Q(owner__in=User.objects.filter(left_at__isnull=False).values("pk"))


def owner_is_shown() -> Q:
    """Return the condition that what the owner published is shown: neither blocked nor closed."""
    # Subqueries, because few people are blocked or leaving, and they leave the indexes of lists usable.
    return ~Q(owner__in=Block.objects.people()) & ~owner_left()


def is_public() -> Q:
    """Return the condition that everyone may see it. Approved photos are processed: a page has no holes."""
    return Q(state=State.APPROVED, trashed_at=None, visibility=Visibility.PUBLIC) & owner_is_shown()


def waits_for_review() -> Q:
    """Return the condition that a moderator should decide: about the photo, or about its new words.

    Index and queue share it, because only an index of the same condition can be used.
    """
    waits = Q(state=State.PENDING) | Q(state=State.APPROVED, words_state=WordsState.WAITING)
    return Q(waits, trashed_at=None, visibility=Visibility.PUBLIC)


def is_favorite_of(user: User | AnonymousUser) -> Q:
    """Return the condition that it is the user's own favorite."""
    return Q(is_favorite=True, owner_id=user.pk)


def is_archived_by(user: User | AnonymousUser) -> Q:
    """Return the condition that it is the user's own and archived."""
    return Q(is_archived=True, owner_id=user.pk)


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos, by who may see them and what is still pending."""

    def delete(self) -> NoReturn:
        """Refuse: rows are deleted by ``purge`` only, which also deletes the original in S3."""
        raise TypeError("Photos are deleted by gallery.photos.purge.purge_photo only.")

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def public(self) -> PhotoQuerySet:
        """Keep what everyone may see."""
        return self.filter(is_public())

    def owned_by(self, user: User) -> PhotoQuerySet:
        """Keep the user's own photos, including those in the trash."""
        return self.filter(owner_id=user.pk)

    def visible_to(self, user: User | AnonymousUser, *, as_moderator: bool = True) -> PhotoQuerySet:
        """Keep what the user may see: public photos, their own, and for moderators all that are not private.

        ``as_moderator=False`` ignores a moderator's rights, as for a token without that scope.
        """
        if user.is_anonymous:
            return self.filter(is_public())
        allowed = is_public() | Q(owner_id=user.pk)
        if as_moderator and sees_waiting(user):
            allowed |= Q(visibility=Visibility.PUBLIC, trashed_at=None) & ~owner_left()
        return self.filter(allowed, is_received=False)

    def shown_by_grants(self) -> PhotoQuerySet:
        """Keep what a grant shows of its album: processed photos, private ones too, that no one rejected."""
        shown = self.filter(owner_is_shown(), state__in=IN_QUEUE, trashed_at=None)
        return shown.filter(taken_down_at=None)

    def not_trashed(self) -> PhotoQuerySet:
        """Leave out photos in the trash."""
        return self.filter(trashed_at=None)

    def with_picture(self) -> PhotoQuerySet:
        """Keep photos whose thumbnails are made, as ``Photo.has_picture``."""
        return self.filter(taken_down_at=None).exclude(state__in=WITHOUT_PICTURE)

    def failed(self) -> PhotoQuerySet:
        """Keep files that could not be processed or never arrived, and are not in the trash."""
        return self.filter(state=State.FAILED, trashed_at=None)

    def rejected(self) -> PhotoQuerySet:
        """Keep photos that a moderator rejected, and that are not in the trash."""
        return self.filter(state=State.REJECTED, trashed_at=None)

    def newly_decided_for(self, user: User) -> PhotoQuerySet:
        """Keep the user's photos that a moderator decided about since the user was told last."""
        decided = self.owned_by(user).not_trashed().filter(decided_at__isnull=False)
        return decided.filter(decided_at__gt=user.decisions_seen_at) if user.decisions_seen_at else decided

    def trashed(self) -> PhotoQuerySet:
        """Keep photos in the trash."""
        return self.filter(IN_THE_TRASH)

    def received(self) -> PhotoQuerySet:
        """Keep photos that guests sent and that wait for their owner."""
        return self.filter(is_received=True)

    def timeline_of(self, user: User) -> PhotoQuerySet:
        """Keep the user's photos that are neither in the trash nor archived."""
        return self.owned_by(user).not_trashed().filter(is_archived=False)

    def archive_of(self, user: User) -> PhotoQuerySet:
        """Keep the user's archived photos that are not in the trash."""
        return self.owned_by(user).not_trashed().filter(is_archived=True)

    def favorites_of(self, user: User | AnonymousUser) -> PhotoQuerySet:
        """Keep the user's own favorites: what others marked is theirs to know."""
        return self.filter(is_favorite_of(user))

    def reviewable_by(self, user: User | AnonymousUser) -> PhotoQuerySet:
        """Keep what the user may review: no private photos, and only for admins those in the trash."""
        public = self.filter(visibility=Visibility.PUBLIC)
        return public if user.is_superuser else public.not_trashed()

    def awaiting_review(self, waits: Q | None = None) -> PhotoQuerySet:
        """Keep the moderator's queue: photos, and public ones with new words.

        ``waits`` is ``waits_for_review`` in another form, or narrower.

        A raw under a photo that is public or in the queue is shown to no one, so there is nothing to judge.
        """
        queue = self.filter(owner_is_shown(), waits or waits_for_review())
        tops = self.model._default_manager.filter(state__in=IN_QUEUE)  # noqa: SLF001
        return queue.filter(~stacks.is_under(tops))

    def one_per_stack(self) -> PhotoQuerySet:
        """Leave out raws that are stacked under a photo of this same list."""
        return self.filter(~stacks.is_under(self))

    def in_stacks_under(self, tops: PhotoQuerySet) -> PhotoQuerySet:
        """Keep the raws that are stacked under one of these photos of one owner."""
        found = dict(tops.exclude(stack_key="").values_list("pk", "stack_key"))
        owner = tops.values("owner_id")[:1]
        raws = self.filter(stacks.HAS_KEY, owner_id=Subquery(owner), stack_key__in=set(found.values()))
        return raws.with_top().filter(Q(top_id__in=found)) if found else self.none()

    def with_top(self) -> PhotoQuerySet:
        """Annotate the id of the photo that a raw is stacked under as ``top_id``; ``None`` for all others."""
        return self.annotate(top_id=stacks.top_id(self.model._default_manager.all()))  # noqa: SLF001

    def stacked_under(self, photo_id: UUID) -> PhotoQuerySet:
        """Keep the raws of this photo's stack; none if the photo is not its top."""
        top = self.model._default_manager.filter(pk=photo_id)  # noqa: SLF001
        same = {name: Subquery(top.values(name)) for name in ("owner_id", "stack_key")}
        return self.filter(stacks.HAS_KEY, **same).with_top().filter(Q(top_id=photo_id))

    def newest_first(self) -> PhotoQuerySet:
        """Order by upload time, newest first. The id makes the order total, as keyset paging needs."""
        return self.order_by("-created_at", "-id")

    def older_than(self, created_at: datetime, photo_id: UUID) -> PhotoQuerySet:
        """Keep photos after the given position in ``newest_first`` order."""
        # The range on created_at lets a deep page enter the index at its position.
        return self.filter(Q(created_at__lt=created_at) | Q(id__lt=photo_id), created_at__lte=created_at)

    def newer_than(self, created_at: datetime, photo_id: UUID) -> PhotoQuerySet:
        """Keep photos before the given position in ``newest_first`` order."""
        return self.filter(Q(created_at__gt=created_at) | Q(id__gt=photo_id), created_at__gte=created_at)

    def with_owner(self) -> PhotoQuerySet:
        """Fetch each photo's owner in the same query."""
        return self.select_related("owner")

    def with_sender(self) -> PhotoQuerySet:
        """Fetch the guest who sent each photo, if one did, and the link, in the same query."""
        return self.select_related("contribution__grant")

    def with_tags(self) -> PhotoQuerySet:
        """Prefetch the tags by one more query."""
        return self.prefetch_related("tags")
