"""Photos, the history of their states, and deletion records."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext

from gallery.photos.fields import WallClockField
from gallery.photos.month_counts import COUNTED_COLUMNS, TABLE, count, month_counted
from gallery.photos.querysets import PhotoQuerySet, waits_for_review
from gallery.photos.stacks import HAS_KEY, KEY_LENGTH
from gallery.photos.states import NEVER_ARRIVED, WITHOUT_PICTURE, State, Visibility, WordsState
from gallery.photos.timeline import timeline_at

if TYPE_CHECKING:
    from collections.abc import Iterable

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Not checked yet. An instant and not NULL, because databases order NULLs differently in indexes."""


MAX_APPEAL_LENGTH = 300

# 128 bits: finding two captions with one mark takes about 2^64 tries.
WORDS_MARK_LENGTH = 32


def words_mark(caption: str, tags: Iterable[str], owner_name: str, alt_text: str = "") -> str:
    """Return a digest of the words that become public with a photo.

    An approval carries the one that the moderator read.
    """
    # Without an alternative text, as before there were any: open pages and clients have such marks.
    return mark_of(caption, sorted(tags), owner_name, *filter(None, [alt_text]))


def mark_of(*words: str | list[str]) -> str:
    """Return a digest of words that a moderator reads."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:WORDS_MARK_LENGTH]


class Photo(models.Model):
    """A photo. Its original, renditions and catalogue item are found by its id.

    ``size_bytes`` is what the offer was signed for. ``width``, ``height`` (pixels, upright), ``format``,
    ``taken_local``, ``taken_at`` and ``reason`` are copied from the catalogue by ``settle`` because lists are
    ordered or searched by them; before, the sides are what the uploading browser says. ``taken_local`` is the
    wall clock of capture, and ``taken_at`` the instant, if the offset from UTC is known. A row with only an
    instant is older than this rule: its instant may be a local time. While its owner's date stands,
    ``is_date_corrected``, and the file's own is kept in the
    columns ``file_…``: see ``dates``. The sweep looks at an awaiting photo when it is ``due_at``, after
    ``looks`` looks in vain. It writes ``missing_at`` if S3 had no original then.

    ``taken_down_at`` is when a moderator took the photo down: it stays rejected, its bytes are gone, and
    ``TakenDown`` keeps what recognizes it. ``review_hint`` is a reason code that only moderators see.
    ``caption``, ``alt_text`` (what the picture shows, for people who can't see it) and the tags are the words
    that go with the picture. Once a photo is approved, words of an owner who is not trusted wait beside them
    as ``new_caption``, ``new_alt_text`` and ``new_tags`` until a moderator reads them, so all that reads a
    caption or tags reads approved ones. ``words_state`` is about the new words: approved if there are none.
    ``words_at`` is when they were written, ``words_note`` why they were rejected.
    ``decided_at`` is when a moderator decided about the photo as it is. ``asked_again`` once its owner has
    asked for another review, with ``appeal`` as a word to the moderator, if any.
    ``stack_key`` follows from ``file_name``, ``format`` and the file's own date: see ``stacks``. Its owner
    decides whether a raw ``stands_alone``. ``quarter_turns`` are all by which its owner ever turned it,
    clockwise; ``turning_at`` is when the worker was last asked to make it so, until it has: see ``turning``.
    ``is_favorite`` and ``is_archived`` are its owner's marks, which no one else learns of. An archived photo
    is left out of its owner's timeline, and of nothing else.
    ``is_received`` while a photo that a guest sent waits for its owner: it is born in the trash, so that
    nothing shows or counts it, and the trash doesn't list it either. See ``gallery.sharing.receiving``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="photos")
    state = models.CharField(max_length=10, choices=State, default=State.AWAITING, editable=False)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    caption = models.CharField(max_length=500, blank=True)
    alt_text = models.CharField(max_length=500, blank=True, default="", db_default="")
    file_name = models.CharField(max_length=255)
    new_caption = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    new_alt_text = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    # Joined by commas, which no tag contains.
    new_tags = models.TextField(blank=True, default="", db_default="", editable=False)
    words_state = models.CharField(
        max_length=10,
        choices=WordsState,
        default=WordsState.APPROVED,
        db_default=WordsState.APPROVED.value,
        editable=False,
    )
    words_at = models.DateTimeField(default=NEVER, db_default=NEVER, editable=False)
    words_note = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)

    # Where an imported photo comes from; empty for an uploaded one.
    origin_url = models.CharField(max_length=2048, blank=True, editable=False)
    upload_id = models.UUIDField(default=uuid.uuid4, editable=False)
    content_type = models.CharField(max_length=50, editable=False)
    size_bytes = models.BigIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(editable=False)
    offered_until = models.DateTimeField(editable=False)

    reason = models.CharField(max_length=40, blank=True, editable=False)
    review_note = models.CharField(max_length=500, blank=True, editable=False)
    format = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    taken_at = models.DateTimeField(null=True, editable=False)
    taken_local = WallClockField(null=True, editable=False)
    file_taken_at = models.DateTimeField(null=True, editable=False)
    file_taken_local = WallClockField(null=True, editable=False)
    is_date_corrected = models.BooleanField(default=False, db_default=False, editable=False)
    quarter_turns = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    turning_at = models.DateTimeField(null=True, editable=False)
    processed_at = models.DateTimeField(null=True, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    asked_again = models.BooleanField(default=False, db_default=False, editable=False)
    appeal = models.CharField(
        max_length=MAX_APPEAL_LENGTH, blank=True, default="", db_default="", editable=False
    )
    taken_down_at = models.DateTimeField(null=True, editable=False)
    review_hint = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    stack_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="", db_default="", editable=False)
    stands_alone = models.BooleanField(default=False, db_default=False, editable=False)
    is_favorite = models.BooleanField(default=False, db_default=False, editable=False)
    is_archived = models.BooleanField(default=False, db_default=False, editable=False)
    is_received = models.BooleanField(default=False, db_default=False, editable=False)
    looked_at = models.DateTimeField(default=NEVER, editable=False)
    due_at = models.DateTimeField(default=NEVER, db_default=NEVER, editable=False)
    looks = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    missing_at = models.DateTimeField(null=True, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        permissions: ClassVar[list[Any]] = [
            ("moderate_photo", "Can approve and reject photos"),
            ("skip_review", "Is trusted: own photos are approved once processed"),
            ("take_down", "Can take any photo down for good"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="photos_public_newest",
                condition=Q(state=State.APPROVED, trashed_at=None, visibility=Visibility.PUBLIC),
            ),
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="photos_owner_newest"),
            models.Index(F("owner"), timeline_at().desc(), F("id").desc(), name="photos_owner_timeline"),
            # One's own timeline, and the two short lists beside it.
            *(
                models.Index(
                    F("owner"),
                    timeline_at().desc(),
                    F("id").desc(),
                    name=f"photos_owner_{name}",
                    condition=Q(trashed_at=None, **only),
                )
                for name, only in (
                    ("shown", {"is_archived": False}),
                    ("archive", {"is_archived": True}),
                    ("favorites", {"is_favorite": True}),
                )
            ),
            # The API lists favorites by upload.
            models.Index(
                "owner",
                F("created_at").desc(),
                F("id").desc(),
                name="photos_favorites_newest",
                condition=Q(trashed_at=None, is_favorite=True),
            ),
            models.Index(
                timeline_at().desc(),
                F("id").desc(),
                name="photos_public_timeline",
                condition=Q(state=State.APPROVED, trashed_at=None, visibility=Visibility.PUBLIC),
            ),
            models.Index(
                "created_at",
                "id",
                name="photos_to_review",
                condition=waits_for_review(),
            ),
            # The queue by state: thousands of changed captions must not be read to find a few new photos.
            models.Index(
                "state", "created_at", "id", name="photos_review_by_state", condition=waits_for_review()
            ),
            models.Index(timeline_at(), "id", name="photos_review_timeline", condition=waits_for_review()),
            models.Index(
                "due_at",
                "id",
                name="photos_awaiting_due",
                condition=Q(state=State.AWAITING),
            ),
            models.Index(
                "offered_until",
                name="photos_never_arrived",
                condition=Q(state=State.FAILED, reason=NEVER_ARRIVED),
            ),
            # The other review lists. Few photos are processing, and the approved have photos_public_newest.
            *(
                models.Index(
                    F("created_at").desc(),
                    F("id").desc(),
                    name=f"photos_{state}_newest",
                    condition=Q(state=state, trashed_at=None, visibility=Visibility.PUBLIC),
                )
                for state in (State.REJECTED, State.FAILED)
            ),
            models.Index(
                "owner", name="photos_failed_by_owner", condition=Q(state=State.FAILED, trashed_at=None)
            ),
            models.Index("owner", "decided_at", name="photos_decided", condition=Q(decided_at__isnull=False)),
            models.Index("processed_at", name="photos_processed", condition=Q(processed_at__isnull=False)),
            models.Index("owner", "stack_key", name="photos_stacks", condition=HAS_KEY),
            models.Index("turning_at", name="photos_turning", condition=Q(turning_at__isnull=False)),
            models.Index("trashed_at", name="photos_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(
                "owner",
                F("created_at").desc(),
                F("id").desc(),
                name="photos_owner_trash",
                condition=Q(trashed_at__isnull=False),
            ),
            models.Index(
                F("created_at").desc(),
                F("id").desc(),
                name="photos_trash_newest",
                condition=Q(trashed_at__isnull=False),
            ),
            models.Index(
                "owner",
                F("state").desc(),
                "created_at",
                "id",
                name="photos_received",
                condition=Q(is_received=True),
            ),
            models.Index("owner", "file_name", name="photos_owner_file_name"),
            # Rows of before, whose wall clock is unknown. Others are found by their place on the timeline.
            models.Index(
                "taken_at",
                name="photos_without_wall_clock",
                condition=Q(taken_local=None, taken_at__isnull=False),
            ),
            # Searches for what few photos are. Most are JPEG, and those are found on the way.
            models.Index("format", name="photos_other_formats", condition=~Q(format__in=("", "JPEG"))),
            models.Index("id", name="photos_square", condition=Q(width=F("height"))),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["owner", "upload_id"], name="photos_upload_id_unique"),
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=Q(trashed_at=None),
                name="photos_sha256_unique",
            ),
        ]

    def __str__(self) -> str:
        """Return the caption, or the file name if there is none."""
        return self.caption or self.file_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row. A new one that has a picture already counts in its month."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                counted = month_counted({name: getattr(self, name) for name in COUNTED_COLUMNS})
                count(self.owner_id, before="", after=counted)

    def get_absolute_url(self) -> str:
        """Return the path of the photo's page."""
        return reverse("photo", args=[self.pk])

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: rows are deleted by ``purge`` only."""
        raise TypeError("Photos are deleted by gallery.photos.purge.purge_photo only.")

    @property
    def words_mark(self) -> str:
        """Return the digest of the owner's name and of the words that an approval makes public.

        Those are the new ones if they wait. Fetch lists with owners and tags.
        """
        if self.words_wait:
            return self.new_words_mark
        tags = (tag.name for tag in self.tags.all())
        return words_mark(self.caption, tags, self.owner.username, self.alt_text)

    @property
    def new_words_mark(self) -> str:
        """Return the digest of the new words and the owner's name."""
        return words_mark(self.new_caption, self.new_tag_names, self.owner.username, self.new_alt_text)

    @property
    def has_new_words(self) -> bool:
        """Return whether the owner wrote words that others don't read: they wait, or were rejected."""
        return self.words_state != WordsState.APPROVED

    @property
    def words_wait(self) -> bool:
        """Return whether the owner's new words wait for a moderator."""
        return self.words_state == WordsState.WAITING

    @property
    def new_tag_names(self) -> list[str]:
        """Return the new tags, in alphabetical order."""
        return self.new_tags.split(",") if self.new_tags else []

    @property
    def own_caption(self) -> str:
        """Return the caption that the owner wrote last."""
        return self.new_caption if self.has_new_words else self.caption

    @property
    def own_alt_text(self) -> str:
        """Return the alternative text that the owner wrote last."""
        return self.new_alt_text if self.has_new_words else self.alt_text

    @property
    def is_being_imported(self) -> bool:
        """Return whether the photo has not been fetched from its URL yet."""
        return bool(self.origin_url) and self.state == State.AWAITING

    @property
    def is_interrupted(self) -> bool:
        """Return whether the original was missing after its offer had ended. Offered again, it may come."""
        if self.state != State.AWAITING or self.origin_url or self.missing_at is None:
            return False
        return self.missing_at >= self.offered_until

    @property
    def can_be_tried_again(self) -> bool:
        """Return whether there is an original that the worker could process again."""
        has_original = self.processed_at is not None and self.reason != NEVER_ARRIVED
        return self.state == State.FAILED and has_original

    @property
    def lacks_wall_clock(self) -> bool:
        """Return whether the row has a time of capture of an older version only."""
        return self.taken_local is None and self.taken_at is not None

    @property
    def has_picture(self) -> bool:
        """Return whether the photo's thumbnails are made."""
        return self.state not in WITHOUT_PICTURE and not self.is_taken_down

    @property
    def is_taken_down(self) -> bool:
        """Return whether a moderator took the photo down for good."""
        return self.taken_down_at is not None


class MonthCount(models.Model):
    """How many photos of one owner's timeline have a picture and are of this month (``2009-05``).

    Written by ``gallery.photos.month_counts`` only.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    month = models.CharField(max_length=7)
    photos = models.IntegerField()

    class Meta:
        db_table = TABLE
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["owner", "month"], name="photos_month_of_owner"),
        ]

    def __str__(self) -> str:
        """Return the month and its number of photos."""
        return f"{self.month}: {self.photos}"


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    """Moves of photos, by what is still pending for them."""

    def with_pending_events(self) -> HistoryQuerySet:
        """Keep moves whose event the topic has not accepted yet."""
        return self.filter(news_type__gt="", published_at=None)

    def with_pending_owner_notice(self) -> HistoryQuerySet:
        """Keep moves whose notification of the photo's owner is not queued yet."""
        return self.filter(owner_untold=True)

    def last_of(self, photo_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
        """Return the id of each photo's last move, by one query."""
        rows = self.filter(photo_id__in=list(photo_ids)).order_by().values_list("photo_id")
        return dict(rows.annotate(models.Max("id")))


class HistoryEntry(models.Model):
    """One move of a photo: who did what, when and why. ``actor`` is empty if a job did it.

    ``news_type`` is the type of its event, if it has one, and ``published_at`` when the topic accepted it.
    ``owner_untold`` is set until the notification of the owner is queued.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    move = models.CharField(max_length=20)
    from_state = models.CharField(max_length=10, choices=State)
    to_state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=500, blank=True)
    news_type = models.CharField(max_length=20, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    owner_untold = models.BooleanField(default=False, editable=False)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "history"
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("id", name="photos_news_untold", condition=Q(news_type__gt="", published_at=None)),
            models.Index("id", name="photos_owner_untold", condition=Q(owner_untold=True)),
        ]

    def __str__(self) -> str:
        """Return the move and its states."""
        return f"{self.move}: {self.from_state} to {self.to_state}"


class DeletionRecord(models.Model):
    """A tombstone: the original of this photo must not exist any more.

    It is open until the quiet time after the last offer's deadline is over and a consistent check found no
    original, item or rendition.

    Purging doesn't end a signed PUT. ``reserved_bytes`` stay in the ``used_bytes`` of ``owner``, and a place
    among the open offers stays taken, until ``reserved_until``. Then the sweep clears ``owner``, the only
    personal data. ``share`` remains until the record closes: a keyed digest by which the sweep gives each
    account its turn. ``arrived`` is false if S3 had no original at the purge.
    """

    photo_id = models.UUIDField(primary_key=True)
    purged_at = models.DateTimeField()
    offered_until = models.DateTimeField()
    looked_at = models.DateTimeField(default=NEVER)
    due_at = models.DateTimeField(default=NEVER, db_default=NEVER)
    looks = models.PositiveSmallIntegerField(default=0, db_default=0)
    share = models.IntegerField(default=0, db_default=0)
    arrived = models.BooleanField(default=True, db_default=True)
    closed_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    reserved_bytes = models.BigIntegerField(default=0, db_default=0)
    reserved_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                "due_at",
                "photo_id",
                name="photos_deletions_due",
                condition=Q(closed_at=None),
            ),
            models.Index(
                "owner",
                "reserved_until",
                name="photos_deletions_reserved",
                condition=Q(owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the id of the deleted photo in a phrase."""
        return gettext("Deletion of {id}").format(id=self.photo_id)


class TakenDown(models.Model):
    """What remains of a picture that was taken down: who did it and why, and how to recognize the picture.

    ``dhash`` is the worker's 64-bit difference hash in hexadecimal, or empty if no picture was made of the
    original. ``finished_at`` is set once nothing of it is stored or cached any more; until then the sweep
    continues. The row stays when the photo's row is deleted with its owner's account.
    """

    photo_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64, db_index=True)
    dhash = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "taken down"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("at", name="photos_takedowns_open", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        """Return the id of the photo in a phrase."""
        return gettext("Takedown of {id}").format(id=self.photo_id)
