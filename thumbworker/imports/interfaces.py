"""What an import needs from outside; ``stores`` provides it on AWS, the tests in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.imports import ImportItem, ImportReason, ImportRequest
    from thumbworker.imports.download import Picture
    from thumbworker.interfaces import Topic


class Requests(Protocol):
    """The import requests that the gallery wrote."""

    def get(self, photo_id: UUID) -> ImportRequest | None:
        """Return the request; ``None`` if there is none that can be read."""


class Originals(Protocol):
    """The bucket of originals; write only."""

    def exists(self, photo_id: UUID) -> bool:
        """Return whether the original exists."""

    def put(self, photo_id: UUID, picture: Picture, *, owner: str, correlation_id: str) -> None:
        """Store the original; do nothing if there is one."""


class ImportItems(Protocol):
    """One catalogue item per import: status, attempts, reason."""

    def begin(self, photo_id: UUID, *, correlation_id: str) -> ImportItem | None:
        """Count an attempt and return the item; ``None`` if the import has ended or is leased."""

    def release(self, photo_id: UUID, reason: ImportReason) -> None:
        """End the lease, so that the next attempt can begin at once, and store why this one failed."""

    def finish(self, photo_id: UUID, reason: ImportReason | None) -> None:
        """End the import, unless it has ended: as failed if there is a reason, else as completed."""


class Source(Protocol):
    """The web."""

    def fetch(self, untrusted_url: str) -> Picture:
        """Fetch one picture.

        Raises:
            NotFetched: with the reason, and whether a later try may succeed.
        """


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that an import reads and writes."""

    requests: Requests
    originals: Originals
    import_items: ImportItems
    topic: Topic
