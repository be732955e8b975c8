"""What an import needs of the world; ``stores`` fulfils it on AWS, the tests with plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.imports import ImportItem, ImportReason, ImportRequest
    from thumbworker.contract.news import PhotoNews
    from thumbworker.imports.download import Picture


class Requests(Protocol):
    """What the gallery asked for."""

    def get(self, photo_id: UUID) -> ImportRequest | None:
        """Return the request; ``None`` if there is none any more."""


class Originals(Protocol):
    """Where the picture goes."""

    def exists(self, photo_id: UUID) -> bool:
        """Tell whether the original is there already."""

    def put(self, photo_id: UUID, picture: Picture, *, owner: str, correlation_id: str) -> None:
        """Store the original once; nothing happens if there is one already."""


class Journal(Protocol):
    """One item per import: status, attempts, reason."""

    def begin(self, photo_id: UUID, *, correlation_id: str) -> ImportItem | None:
        """Count an attempt and return the item; ``None`` if it has ended or somebody else is at it."""

    def release(self, photo_id: UUID, reason: ImportReason) -> None:
        """Let the next attempt begin at once, and say why this one failed."""

    def finish(self, photo_id: UUID, reason: ImportReason | None) -> bool:
        """End the import, failed where there is a reason; tell whether it was open until now."""


class News(Protocol):
    """The topic that others listen to."""

    def publish(self, news: PhotoNews) -> None:
        """Tell the news once."""


class Source(Protocol):
    """The web."""

    def fetch(self, untrusted_url: str) -> Picture:
        """Fetch one picture.

        Raises:
            NotFetched: with the reason, and whether a later try may succeed.
        """


@dataclass(frozen=True, slots=True)
class Stores:
    """All that an import may touch."""

    requests: Requests
    originals: Originals
    journal: Journal
    news: News
