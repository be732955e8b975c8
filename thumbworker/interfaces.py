"""What reconcile needs of the world; ``stores`` fulfils it on AWS, the tests with plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from thumbworker.contract.items import PhotoItem
    from thumbworker.contract.news import PhotoNews


class StoreUnavailable(Exception):
    """A store did not answer as it should; the same call may succeed later."""

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"{operation}: {code}")
        self.operation = operation
        self.code = code


@dataclass(frozen=True, slots=True)
class Original:
    """What a person uploaded. ``data`` is ``None`` if it is larger than the reader would take."""

    owner: str
    uploaded_at: str
    size_bytes: int
    data: bytes | None
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """One rendition ready to be stored."""

    key: str
    data: bytes
    content_type: str


class Originals(Protocol):
    """The uploaded bytes; the worker only reads them."""

    def get(self, photo_id: UUID, *, limit_bytes: int) -> Original | None:
        """Return the original, without its data if that is over the limit; ``None`` if there is none."""

    def exists(self, photo_id: UUID) -> bool:
        """Tell whether the original is there now."""


class Renditions(Protocol):
    """The thumbnails; the worker is their only writer."""

    def put(self, file: RenditionFile) -> None:
        """Store one rendition."""

    def delete(self, keys: Sequence[str]) -> None:
        """Remove these keys, present or not."""


class Catalogue(Protocol):
    """What the worker saw, one item per photo."""

    def get(self, photo_id: UUID) -> PhotoItem | None:
        """Return the item as last written, consistently; ``None`` if there is none."""

    def put(self, item: PhotoItem) -> PhotoItem:
        """Store the item, but never FAILED over READY; return the item that stands afterwards."""

    def delete(self, photo_id: UUID) -> None:
        """Remove the item, present or not."""


class News(Protocol):
    """The topic that others listen to."""

    def publish(self, news: PhotoNews) -> None:
        """Tell the news once."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All that reconcile may touch."""

    originals: Originals
    renditions: Renditions
    catalogue: Catalogue
    news: News
