"""Compare everything that the stores hold, name what is damaged, and repair what has one right answer.

Unlike the sweep it reads both buckets and the whole table, so an operator runs it, for example after a
restore. Rows, originals and renditions are read in the order of ids, side by side, so memory holds a page of
each. Without ``repair`` nothing is changed. Whatever is good is never touched.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from gallery.accounts.models import User
from gallery.inbox.take import unknown_folders
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.months import recount_months
from gallery.photos.states import State
from gallery.processing import consistency, damage, repairs
from gallery.processing.settle import settle
from gallery.processing.side_by_side import pages
from gallery.storage import catalogue, queues
from gallery.storage.originals import DATABASE_MARK_KEY, originals
from thumbworker.contract import keys
from thumbworker.contract.items import Status
from thumbworker.contract.policy import rendition_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from gallery.processing.damage import Kind
    from gallery.processing.side_by_side import Page
    from gallery.storage.originals import Listed

EXAMPLES = 20
LATE_AFTER = timedelta(minutes=15)
"""After it, a photo whose original arrived is not just waiting for its turn."""
MAX_LETTERS = 1000
NUDGED = {
    damage.ITEM_MISSING,
    damage.ITEM_UNREADABLE,
    damage.ITEM_OUTDATED,
    damage.ITEM_FAILED,
    damage.POLICY_OUTDATED,
    damage.RENDITION_MISSING,
    damage.RENDITION_RESIZED,
    damage.RENDITION_GARBAGE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One damage. ``subject`` is a photo's id, an object's key, a user name, or a message's id."""

    kind: Kind
    subject: str
    repaired: bool = False


@dataclass(slots=True)
class Count:
    """How often a kind was found and repaired, with the first examples."""

    found: int = 0
    repaired: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What was read and found. Unless ``finished``, continue after the photo ``last``.

    ``waiting`` photos are not late yet: the worker has their originals before it.
    """

    photos: int = 0
    originals: int = 0
    waiting: int = 0
    removed: int = 0
    last: UUID | None = None
    finished: bool = False
    counts: dict[Kind, Count] = field(default_factory=dict)

    def subjects(self, kind: Kind) -> list[str]:
        """Return the first subjects of a kind."""
        return self.counts[kind].examples if kind in self.counts else []

    @property
    def is_clean(self) -> bool:
        """Return whether everything was read, and nothing is damaged any more."""
        return self.finished and all(count.found == count.repaired for count in self.counts.values())


@dataclass(slots=True)
class Fsck:
    """One run.

    ``repair`` repairs what has one right answer. ``remove`` deletes originals without row and record
    instead of adopting them. ``deep`` reads the first bytes of each rendition. ``only`` limits what is
    repaired. ``after`` continues a run, and ``seconds`` ends it early, between two pages.
    """

    repair: bool = False
    remove: bool = False
    deep: bool = False
    only: Collection[Kind] = damage.KINDS
    after: UUID | None = None
    seconds: float = float("inf")
    late_after: timedelta = LATE_AFTER
    tell: Callable[[Finding], object] = lambda _: None
    show: Callable[[Report], object] = lambda _: None
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        """Check everything once.

        Raises:
            OriginalsUnavailable, CatalogueUnavailable, QueueUnavailable: a store did not respond.
        """
        deadline = time.monotonic() + self.seconds
        self.report.last = self.after
        for page in pages(self.after):
            self._check_page(page)
            self.show(self.report)
            if time.monotonic() >= deadline:
                return self.report
        self._check_items()
        self._check_people()
        self._check_foreign()
        self._check_dead_letters()
        self.report.finished = True
        return self.report

    def _repairs(self, kind: Kind) -> bool:
        return self.repair and kind in self.only

    def _found(self, kind: Kind, subject: object, *, repaired: bool = False) -> None:
        count = self.report.counts.setdefault(kind, Count())
        count.found += 1
        count.repaired += repaired
        if len(count.examples) < EXAMPLES:
            count.examples.append(str(subject))
        self.tell(Finding(kind, str(subject), repaired))

    # ---- photos -------------------------------------------------------------------------------------------

    def _check_page(self, page: Page) -> None:
        late_before = timezone.now() - self.late_after
        for batch in catalogue.batches(list(page.photos)):
            reading = catalogue.read(batch)
            if not reading.complete:
                raise catalogue.CatalogueUnavailable("DynamoDB did not answer for all photos.")
            for photo in (page.photos[photo_id] for photo_id in batch):
                seen = consistency.Seen(
                    photo,
                    page.originals.get(photo.pk),
                    reading.items.get(photo.pk),
                    photo.pk in reading.unreadable,
                    page.renditions.get(photo.pk, {}),
                )
                kinds = [kind for kind in self._kinds_of(seen, late_before) if self._is_true(kind, photo)]
                if kinds:
                    self._repair_photo(seen, kinds, reading)
                elif photo.state == State.AWAITING and seen.original:
                    self.report.waiting += 1
        self._check_strangers(page)
        for key in page.foreign:
            self._found(damage.OBJECT_FOREIGN, key)
        self.report.photos += len(page.photos)
        self.report.originals += len(page.originals)
        self.report.last = page.last or self.report.last

    def _kinds_of(self, seen: consistency.Seen, late_before: datetime) -> Iterator[Kind]:
        yield from consistency.kinds_of(seen, late_before=late_before)
        if self.deep and seen.item and seen.item.status is Status.READY and seen.original:
            present = [made for made in seen.item.renditions if made.key in seen.renditions]
            if not all(originals().begins_as_picture(made.key, made.content_type) for made in present):
                yield damage.RENDITION_GARBAGE

    def _is_true(self, kind: Kind, photo: Photo) -> bool:
        """Ask again, by the id, what may have changed since the listing."""
        if kind is not damage.ORIGINAL_MISSING:
            return True
        stored = originals().head(photo.pk)
        return (stored is None or stored.is_seal) and Photo.objects.filter(pk=photo.pk).exists()

    def _repair_photo(
        self, seen: consistency.Seen, kinds: Sequence[Kind], reading: catalogue.Reading
    ) -> None:
        photo = seen.photo
        wanted = {kind for kind in kinds if kind.repair and self._repairs(kind)}
        done = set(wanted)
        nudges = bool(wanted & NUDGED)
        if wanted & {damage.STUCK, damage.FACTS_OUTDATED} and not settle([photo.pk], reading=reading):
            # Its item is missing, or tells of the failure that is to be tried again.
            nudges = nudges or damage.STUCK in wanted
            done -= {damage.FACTS_OUTDATED}
        if nudges:
            originals().nudge(photo.pk, quarter_turns=photo.quarter_turns)
        if damage.RENDITION_REPLACED in wanted:
            originals().remove_replaced_renditions([photo.pk])
        for kind in kinds:
            self._found(kind, photo.pk, repaired=kind in done)

    def _check_strangers(self, page: Page) -> None:
        ids = (page.originals.keys() | page.renditions.keys()) - page.photos.keys()
        taken_down = {photo.pk for photo in page.photos.values() if photo.is_taken_down}
        for batch in catalogue.batches(sorted(ids | (taken_down & page.originals.keys()))):
            # A photo offered since its page was read is no stranger.
            known = set(Photo.objects.filter(pk__in=batch).values_list("pk", flat=True)) - taken_down
            closed = dict(DeletionRecord.objects.filter(pk__in=batch).values_list("pk", "closed_at"))
            for photo_id in batch:
                is_open = photo_id in closed and closed[photo_id] is None
                # The sweep is about to remove what an open record names.
                if photo_id not in known and not is_open:
                    original = page.originals.get(photo_id)
                    self._check_stranger(photo_id, original, was_deleted=photo_id in closed)

    def _check_stranger(self, photo_id: UUID, original: Listed | None, *, was_deleted: bool) -> None:
        if original is None:
            repaired = self._repairs(damage.RENDITION_UNOWNED)
            if repaired:
                originals().nudge(photo_id)
            self._found(damage.RENDITION_UNOWNED, photo_id, repaired=repaired)
        elif was_deleted:
            if not original.size_bytes and Photo.objects.filter(pk=photo_id).exists():
                # The seal of a takedown.
                return
            repaired = self._repairs(damage.ORIGINAL_DELETED)
            if repaired:
                repairs.reopen_deletion(photo_id)
            self._found(damage.ORIGINAL_DELETED, photo_id, repaired=repaired)
        else:
            self._check_unknown(photo_id)

    def _check_unknown(self, photo_id: UUID) -> None:
        repaired = False
        if self.remove:
            originals().remove(photo_id)
            self.report.removed += 1
            repaired = True
        elif self._repairs(damage.ORIGINAL_UNKNOWN):
            repaired = repairs.adopt(photo_id)
            if repaired:
                originals().nudge(photo_id)
        self._found(damage.ORIGINAL_UNKNOWN, photo_id, repaired=repaired)

    # ---- everything else ----------------------------------------------------------------------------------

    def _check_items(self) -> None:
        for ids in catalogue.photo_ids():
            for batch in catalogue.batches(ids):
                known = set(Photo.objects.filter(pk__in=batch).values_list("pk", flat=True))
                open_records = DeletionRecord.objects.filter(pk__in=batch, closed_at=None)
                known |= set(open_records.values_list("pk", flat=True))
                for photo_id in batch:
                    if photo_id not in known and originals().head(photo_id) is None:
                        repaired = self._repairs(damage.ITEM_UNOWNED)
                        if repaired:
                            originals().nudge(photo_id)
                        self._found(damage.ITEM_UNOWNED, photo_id, repaired=repaired)

    def _check_people(self) -> None:
        for person in User.objects.order_by("pk").iterator():
            repaired = self._repairs(damage.USED_BYTES_WRONG)
            if repairs.recount_used_bytes(person.pk, repair=repaired):
                self._found(damage.USED_BYTES_WRONG, person.username, repaired=repaired)
            repaired = self._repairs(damage.MONTHS_WRONG)
            if recount_months(person, repair=repaired):
                self._found(damage.MONTHS_WRONG, person.username, repaired=repaired)

    def _check_foreign(self) -> None:
        sizes = {f"{name}/" for name in rendition_names()}
        expected = {keys.ORIGINALS_PREFIX, keys.NUDGES_PREFIX, keys.IMPORTS_PREFIX, keys.INBOX_PREFIX}
        expected.add(DATABASE_MARK_KEY.partition("/")[0] + "/")
        in_originals, in_renditions = originals().folders()
        unknown = {f"{keys.INBOX_PREFIX}{name}/" for name in unknown_folders()}
        for key in sorted((in_originals - expected) | (in_renditions - sizes) | unknown):
            self._found(damage.OBJECT_FOREIGN, key)

    def _check_dead_letters(self) -> None:
        urls = settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL, settings.IMPORTS_DEAD_LETTER_QUEUE_URL
        for url in filter(None, urls):
            letters = queues.take(url, max_messages=MAX_LETTERS)
            kept = [letter for letter in letters if not self._is_repaired(url, letter)]
            queues.give_back(url, kept)

    def _is_repaired(self, url: str, letter: queues.DeadLetter) -> bool:
        if letter.photo_id is None:
            self._found(damage.MESSAGE_FOREIGN, letter.message_id)
            return False
        if Photo.objects.filter(pk=letter.photo_id).exists() or originals().head(letter.photo_id):
            return False
        repaired = self._repairs(damage.MESSAGE_UNOWNED)
        if repaired:
            originals().nudge(letter.photo_id)
            queues.remove(url, letter)
        self._found(damage.MESSAGE_UNOWNED, letter.message_id, repaired=repaired)
        return repaired
