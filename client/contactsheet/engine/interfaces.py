"""The engine's data types, and the protocols of a gallery and a progress observer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from contactsheet.engine.content import Content

MAX_UPLOADS_PER_REQUEST = 50
"""The API's limit for one list of uploads."""
TOO_MANY_OUTSTANDING = "too_many_outstanding"
"""The gallery's reason code for "later": it accepts more once earlier photos are processed."""
STORE_UNAVAILABLE = "The photo storage isn't responding. Run the same command again later."


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file and its size when the folder was read."""

    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WantedUpload:
    """A hashed file to upload; ``sha256`` as hexadecimal digits.

    ``met_conflict`` asks the gallery to check the store for the bytes. ``attempts`` counts failed ones.
    """

    upload_id: UUID
    path: Path
    size_bytes: int
    sha256: str
    met_conflict: bool = False
    attempts: int = 0

    @property
    def name(self) -> str:
        """Return the file name as text that every encoding can represent."""
        return self.path.name.encode(errors="surrogateescape").decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Offered:
    """The gallery accepts the file; ``terms`` are passed on to its ``put``."""

    upload_id: UUID
    photo_id: UUID
    terms: Any


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The gallery has a photo with the same bytes."""

    upload_id: UUID
    photo_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """The gallery does not accept the file."""

    upload_id: UUID
    reason: str
    sentence: str


Answer = Offered | AlreadyThere | Refused


class PutOutcome(Enum):
    """The outcome of one PUT."""

    STORED = auto()
    CONFLICT = auto()
    """The store has an object there, perhaps from an attempt whose answer was lost."""
    OFFER_REJECTED = auto()
    """The store does not accept the offer's signature any more."""
    OFFER_EXPIRED = auto()
    """The offer was too old to use, so nothing was sent: a slow connection."""
    FILE_CHANGED = auto()
    """The bytes are not the ones that were hashed."""


class Outcome(StrEnum):
    """The final outcome of a file."""

    UPLOADED = "uploaded"
    ALREADY_THERE = "already there"
    SAME_AS_ANOTHER = "same as another"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One file's outcome, with a reason code and a sentence if it was not uploaded.

    ``same_as`` is the file of this run that has the same bytes.
    """

    path: Path
    outcome: Outcome
    photo_id: UUID | None = None
    reason: str = ""
    sentence: str = ""
    same_as: Path | None = None

    @property
    def is_failure(self) -> bool:
        """Return whether the file should be in the gallery and isn't."""
        return self.outcome in {Outcome.REFUSED, Outcome.NOT_SENT}


class Problem(Exception):
    """What stopped the work: a reason code, and a sentence for users as the text."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Refusal(Problem):
    """A whole request was refused."""


class Unavailable(Problem):
    """The gallery or its store did not respond after several attempts."""

    def __init__(self, sentence: str) -> None:
        super().__init__("unavailable", sentence)


class Gallery(Protocol):
    """A gallery to upload to. Only ``put`` is called by several threads."""

    def offer(self, uploads: Sequence[WantedUpload]) -> Sequence[Answer]:
        """Answer each of at most ``MAX_UPLOADS_PER_REQUEST`` uploads.

        Raises:
            Refusal: The whole list was refused.
            Unavailable: The gallery doesn't respond.
        """

    def put(self, offered: Offered, upload: WantedUpload, content: Content) -> PutOutcome:
        """Send a file's bytes.

        Raises:
            Refusal: The store does not accept them.
            Unavailable: The store doesn't respond.
        """

    def still_processing(self) -> frozenset[str]:
        """Refresh the owner's photos and return the SHA-256 of those still being processed."""


class Observer(Protocol):
    """Observes a run. ``sent`` is called by several threads."""

    def sent(self, path: Path, count_bytes: int) -> None:
        """Record bytes sent; a negative count takes back bytes that must be sent again."""

    def finished(self, result: Result) -> None:
        """Record a file's result."""

    def waiting(self, sentence: str) -> None:
        """Show why the run is waiting; an empty sentence ends the wait."""
