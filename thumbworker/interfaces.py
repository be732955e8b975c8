"""What the worker needs from outside; ``stores`` and ``queues`` provide it on AWS, the tests in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from thumbworker.contract.events import PhotoEvent
    from thumbworker.contract.items import PhotoItem


class StoreUnavailable(Exception):
    """A store did not answer as it should; the same call may succeed later."""

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"{operation}: {code}")


@dataclass(frozen=True, slots=True)
class Original:
    """An uploaded file. ``data`` is ``None`` if it is over the size limit of the read."""

    owner: str
    uploaded_at: str
    size_bytes: int
    data: bytes | None
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """One rendition, ready to store."""

    key: str
    data: bytes
    content_type: str


class Originals(Protocol):
    """The bucket of originals; read only."""

    def get(self, photo_id: UUID, *, limit_bytes: int) -> Original | None:
        """Return the original, without its data if that is over the limit; ``None`` if there is none."""

    def exists(self, photo_id: UUID) -> bool:
        """Return whether the original exists now."""


class Renditions(Protocol):
    """The bucket of renditions; the worker is its only writer."""

    def put(self, file: RenditionFile) -> None:
        """Store one rendition."""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete these keys, whether they exist or not."""


class Catalogue(Protocol):
    """One item per photo."""

    def get(self, photo_id: UUID) -> PhotoItem | None:
        """Return the item by a consistent read; ``None`` if there is none."""

    def put(self, item: PhotoItem) -> PhotoItem:
        """Store the item, but never FAILED over READY, nor over one that was turned more often.

        Return the item that is stored afterwards.
        """

    def delete(self, photo_id: UUID) -> None:
        """Delete the item, whether it exists or not."""


class Topic(Protocol):
    """The topic of photo events."""

    def publish(self, event: PhotoEvent) -> None:
        """Publish the event once."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that reconcile reads and writes."""

    originals: Originals
    renditions: Renditions
    catalogue: Catalogue
    topic: Topic


class Queue(Protocol):
    """The queues that call the worker. Every method raises ``StoreUnavailable`` if SQS does not answer."""

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        """Make the message visible again after so many seconds, instead of the queue's own timeout."""

    def receive(self, queue_url: str, *, wait_seconds: int) -> list[dict[str, Any]]:
        """Return up to ten messages in the shape of Lambda's SQS records."""

    def queue_arn(self, queue_url: str) -> str:
        """Return the queue's ARN."""

    def delete(self, queue_url: str, receipt_handle: str) -> None:
        """Acknowledge one message."""


class LambdaContext(Protocol):
    """The part of Lambda's context that the handlers use."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still run."""
