"""Make what is stored about one photo agree with its original.

Level-triggered: an event only says "reconcile this id". ``Reconciler.reconcile`` may run twice, late or
beside another worker on the same photo.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from thumbworker.contract import limits
from thumbworker.contract.events import event_of_deletion, event_of_item
from thumbworker.contract.items import PhotoItem, Status
from thumbworker.contract.policy import CURRENT, RenditionPolicy, clean_copy_key, every_rendition_key
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Picture, Refused
from thumbworker.imaging.clean_copy import clean_copy
from thumbworker.interfaces import RenditionFile
from thumbworker.item_builder import failed_item, ready_item, rendition_files

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from uuid import UUID

    from thumbworker.interfaces import Original, Stores

    Decoded = Picture | Refused | None
    """What became of the bytes; ``None`` where there were none to decode."""
    Reconciliation = Generator["Observed", Decoded, "Result"]


class Outcome(StrEnum):
    """What reconcile did."""

    READY = "ready"
    FAILED = "failed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Request:
    """A request to reconcile one photo. ``nudged`` asks to make everything again, whatever the item says.

    ``quarter_turns`` is how often people have turned the picture, as far as the request knows. The item may
    know of more: messages come in any order, and the larger number is the later one. ``clean_copy`` asks for
    a copy of the original without its metadata.
    """

    photo_id: UUID
    received_before: bool = False
    nudged: bool = False
    quarter_turns: int = 0
    clean_copy: bool = False

    @property
    def is_repeat(self) -> bool:
        """Return whether there may have been an earlier try, which may have finished or been killed."""
        return self.received_before or self.nudged or self.clean_copy


@dataclass(frozen=True, slots=True)
class Observed:
    """What is stored now: the original's bytes, if there is something to decode, and its correlation id.

    The picture is to be turned by ``quarter_turns`` clockwise.
    """

    data: bytes | None
    correlation_id: str
    quarter_turns: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for one photo; ``item`` is in the catalogue now, or was before its deletion."""

    outcome: Outcome
    item: PhotoItem | None = None


def missing(item: PhotoItem, policy: RenditionPolicy) -> frozenset[str]:
    """Return the keys that the policy asks for and the item does not have."""
    turns = item.quarter_turns
    wanted = frozenset(policy.key(spec, item.photo_id, turns) for spec in policy.renditions)
    return wanted - frozenset(made.key for made in item.renditions)


def _clean_copy_file(photo_id: UUID, original: Original) -> RenditionFile:
    """Return the file to store: empty if the original can have no clean copy, so that no one asks again."""
    copy = clean_copy(original.data) if original.data else None
    return RenditionFile(clean_copy_key(photo_id), copy or b"", "application/octet-stream")


def now_utc() -> str:
    """Return the present instant as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Reconciles any photo on the given stores."""

    stores: Stores
    site_origin: str
    policy: RenditionPolicy = CURRENT
    clock: Callable[[], str] = now_utc

    def reconcile(self, request: Request) -> Reconciliation:
        """Make the stores agree with the original of one photo.

        A generator, because a batch decodes one photo while it reads and writes others: it reads and yields
        ``Observed`` once, is sent what the decoder made of the bytes, then writes and returns the ``Result``.

        Raises:
            StoreUnavailable: a store did not answer; try again later.
        """
        photo_id = request.photo_id
        before = self.stores.catalogue.get(photo_id) if request.is_repeat else None
        turns = max(request.quarter_turns, before.quarter_turns if before else 0)
        item, original = self._complete_item(request, before), None
        if item is None or request.clean_copy:
            original = self.stores.originals.get(photo_id, limit_bytes=limits.MAX_ORIGINAL_BYTES)
        found = original or item
        correlation_id = found.correlation_id if found else ""
        decoded = yield Observed(original.data if original and not item else None, correlation_id, turns)
        outcome = Outcome.UNCHANGED
        files: tuple[RenditionFile, ...] = ()
        if request.clean_copy and original is not None:
            files = (_clean_copy_file(photo_id, original),)
        if original is not None and item is None:
            item, renditions = self._built(photo_id, original, decoded, turns)
            files += renditions
            outcome = Outcome.READY if item.status is Status.READY else Outcome.FAILED
        del original, found  # frees the bytes before the network is waited for
        self._put_all(files)
        if item is not None and outcome is not Outcome.UNCHANGED:
            item = self.stores.catalogue.put(item)
        # The original may have been deleted meanwhile, and its event may already be over.
        if item is None or not self.stores.originals.exists(photo_id):
            return self._remove(photo_id)
        self.stores.topic.publish(event_of_item(item, self.site_origin))
        return Result(outcome, item)

    def _complete_item(self, request: Request, item: PhotoItem | None) -> PhotoItem | None:
        """Return the item if an earlier try left nothing to do.

        Renditions can be lost while the item is intact, so a nudge makes them again without believing it.
        """
        if item is None or request.nudged:
            return None
        if item.status is Status.READY:
            is_complete = not missing(item, self.policy)
        else:
            is_complete = item.policy_version == self.policy.version
        return item if is_complete else None

    def _built(
        self, photo_id: UUID, original: Original, decoded: Decoded, turns: int
    ) -> tuple[PhotoItem, tuple[RenditionFile, ...]]:
        if isinstance(decoded, Picture):
            item = ready_item(photo_id, original, decoded, self.policy, self.clock(), quarter_turns=turns)
            return item, rendition_files(photo_id, decoded, self.policy, quarter_turns=turns)
        reason = decoded.reason if decoded else Reason.TOO_LARGE
        item = failed_item(photo_id, original, reason, self.policy, self.clock(), quarter_turns=turns)
        return item, ()

    def _put_all(self, files: tuple[RenditionFile, ...]) -> None:
        if not files:
            return
        with ThreadPoolExecutor(max_workers=len(files), thread_name_prefix="rendition") as pool:
            for stored in [pool.submit(self.stores.renditions.put, file) for file in files]:
                stored.result()

    def _remove(self, photo_id: UUID) -> Result:
        """Remove everything that was made of a deleted original.

        The item goes last: while it exists, a repeat knows that the event still has to be published.
        """
        self.stores.renditions.delete(every_rendition_key(photo_id))
        item = self.stores.catalogue.get(photo_id)
        if item is None:
            # An item of another schema has no event, but has to go all the same.
            self.stores.catalogue.delete(photo_id)
            return Result(Outcome.ABSENT)
        self.stores.topic.publish(event_of_deletion(item, self.site_origin, self.clock()))
        self.stores.catalogue.delete(photo_id)
        return Result(Outcome.DELETED, item)
