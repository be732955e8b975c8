"""Make what is stored about one photo agree with its original, whatever happened before.

Level-triggered: an event says only "look at this id". Every step may run twice, late or beside
another worker. The route is look (one GET), decode (CPU only), record (everything that writes);
``reconcile`` runs them in a row and the batch lets those of different photos overlap.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from thumbworker.contract import limits
from thumbworker.contract.items import PhotoItem, Status
from thumbworker.contract.news import news_of_deletion, news_of_item
from thumbworker.contract.policy import CURRENT, RenditionPolicy, every_rendition_key
from thumbworker.contract.reasons import Reason
from thumbworker.findings import Findings, Prepared
from thumbworker.imaging import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.imaging import Picture
    from thumbworker.interfaces import Original, RenditionFile, Stores

    Decoder = Callable[[bytes], Picture]


class Outcome(StrEnum):
    """What reconcile found the world to be, and made true of it."""

    READY = "ready"
    FAILED = "failed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Request:
    """Ask for one photo. ``nudged`` asks for another try at a picture that was refused."""

    photo_id: UUID
    received_before: bool = False
    nudged: bool = False

    @property
    def is_repetition(self) -> bool:
        """Tell whether somebody may have looked before: then it may be done, or may have killed them."""
        return self.received_before or self.nudged


@dataclass(frozen=True, slots=True)
class Sight:
    """What the look found: an original to decode, an item already complete, or neither (gone)."""

    original: Original | None = None
    complete: PhotoItem | None = None

    @property
    def correlation_id(self) -> str:
        """Return the id of the request that brought the photo, as far as what was found tells it."""
        found = self.original or self.complete
        return found.correlation_id if found else ""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for one photo; ``item`` is what stands in the catalogue, or stood before deletion."""

    outcome: Outcome
    item: PhotoItem | None = None


def missing(item: PhotoItem, policy: RenditionPolicy) -> frozenset[str]:
    """Return the keys that the policy wants and the item does not have: wanted - made."""
    wanted = frozenset(policy.key(spec, item.photo_id) for spec in policy.renditions)
    return wanted - frozenset(made.key for made in item.renditions)


def now_utc() -> str:
    """Return the present instant as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Reconciler:
    """The three steps for any photo, on the given stores."""

    stores: Stores
    site_origin: str
    policy: RenditionPolicy = CURRENT
    clock: Callable[[], str] = now_utc

    def look(self, request: Request) -> Sight:
        """Find out what there is to do: one GET, and one GetItem before it if this may be a repetition."""
        if request.is_repetition:
            item = self.stores.catalogue.get(request.photo_id)
            if item is not None and self._is_complete(item, nudged=request.nudged):
                return Sight(complete=item)
        return Sight(
            original=self.stores.originals.get(request.photo_id, limit_bytes=limits.MAX_ORIGINAL_BYTES)
        )

    def prepare(self, photo_id: UUID, original: Original, decode: Decoder) -> Prepared:
        """Decode the original; what cannot be read is an outcome, not a failure of ours."""
        findings = Findings(photo_id, original, self.policy, self.clock)
        if original.data is None:
            return findings.refused(Reason.TOO_LARGE)
        try:
            picture = decode(original.data)
        except Refused as refusal:
            return findings.refused(refusal.reason, refusal.detail)
        return findings.rendered(picture)

    def record(self, photo_id: UUID, sight: Sight, prepared: Prepared | None) -> Result:
        """Write what is wanted, then look once more: the original may have gone meanwhile."""
        if prepared is not None:
            self._put_all(prepared.files)
            item = self.stores.catalogue.put(prepared.item)
            outcome = Outcome.READY if prepared.item.status is Status.READY else Outcome.FAILED
        elif sight.complete is not None:
            item, outcome = sight.complete, Outcome.UNCHANGED
        else:
            return self._remove(photo_id)
        if not self.stores.originals.exists(photo_id):
            return self._remove(photo_id)
        self.stores.news.publish(news_of_item(item, self.site_origin))
        return Result(outcome, item)

    def _is_complete(self, item: PhotoItem, *, nudged: bool) -> bool:
        if item.status is Status.READY:
            return not missing(item, self.policy)
        return not nudged and item.policy_version == self.policy.version

    def _put_all(self, files: tuple[RenditionFile, ...]) -> None:
        if not files:
            return
        with ThreadPoolExecutor(max_workers=len(files), thread_name_prefix="rendition") as pool:
            for stored in [pool.submit(self.stores.renditions.put, file) for file in files]:
                stored.result()

    def _remove(self, photo_id: UUID) -> Result:
        """Take everything away that was made of an original that is gone.

        The item goes last: while it is there, a repetition knows that news is still to be told.
        """
        self.stores.renditions.delete(every_rendition_key(photo_id))
        item = self.stores.catalogue.get(photo_id)
        if item is None:
            # One that another schema wrote cannot be told of, but has to go all the same.
            self.stores.catalogue.delete(photo_id)
            return Result(Outcome.ABSENT)
        self.stores.news.publish(news_of_deletion(item, self.site_origin, self.clock()))
        self.stores.catalogue.delete(photo_id)
        return Result(Outcome.DELETED, item)


def reconcile(request: Request, reconciler: Reconciler, decode: Decoder) -> Result:
    """Make the stores agree with the original of one photo.

    Raises:
        StoreUnavailable: a store did not answer; ask again later.
    """
    sight = reconciler.look(request)
    prepared = None
    if sight.original is not None:
        prepared = reconciler.prepare(request.photo_id, sight.original, decode)
    return reconciler.record(request.photo_id, sight, prepared)
