"""What the engine takes and gives, and what it asks of a gallery."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from contactsheet.engine.content import Content

MAX_WISHES = 50
"""How many files a gallery answers at once."""
TOO_MANY_OUTSTANDING = "too_many_outstanding"
"""The gallery's reason for "later": it takes more as soon as earlier files are processed."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file as the folder tells of it."""

    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A hashed file that shall be in the gallery; ``sha256`` in hexadecimal digits.

    ``met_conflict`` has the gallery look whether the bytes are there already.
    """

    upload_id: UUID
    path: Path
    size_bytes: int
    sha256: str
    met_conflict: bool = False
    tries: int = 0

    @property
    def name(self) -> str:
        """Return the file's name as text that every encoding can carry."""
        return self.path.name.encode(errors="surrogateescape").decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Offered:
    """The gallery takes the file; ``terms`` are for its own ``put``."""

    upload_id: UUID
    photo_id: UUID
    terms: Any


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The gallery has this very file."""

    upload_id: UUID
    photo_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """The gallery does not take the file."""

    upload_id: UUID
    reason: str
    sentence: str


Answer = Offered | AlreadyThere | Refused


class Put(Enum):
    """What came of sending the bytes once."""

    STORED = auto()
    CONFLICT = auto()
    """Something is stored there already, perhaps by a try whose answer was lost."""
    STALE = auto()
    """The offer is no longer taken."""
    LAPSED = auto()
    """The offer was too old to be tried: a slow line."""
    CHANGED = auto()
    """The bytes are not those that were hashed."""


class Outcome(StrEnum):
    """What came of a file in the end."""

    UPLOADED = "uploaded"
    ALREADY_THERE = "already there"
    SAME_AS_ANOTHER = "same as another"
    REFUSED = "refused"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class Result:
    """One file's end; a reason code and a sentence where it is not in the gallery."""

    path: Path
    outcome: Outcome
    photo_id: UUID | None = None
    reason: str = ""
    sentence: str = ""

    @property
    def is_in_the_gallery(self) -> bool:
        """Tell whether the gallery has the file now."""
        return self.outcome in {Outcome.UPLOADED, Outcome.ALREADY_THERE, Outcome.SAME_AS_ANOTHER}


class Unavailable(Exception):
    """The gallery or its store does not answer, after patient repetition; the text is for people."""


class Refusal(Exception):
    """A whole request was refused."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


class Gallery(Protocol):
    """A gallery as the engine needs it. All but ``put`` is called by one thread only."""

    def offer(self, wishes: Sequence[Wish]) -> Sequence[Answer]:
        """Answer each of at most 50 wishes.

        Raises:
            Refusal: the list was refused as a whole.
            Unavailable: the gallery does not answer.
        """

    def put(self, offered: Offered, wish: Wish, content: Content) -> Put:
        """Send a file's bytes; called by several threads.

        Raises:
            Refusal: the store does not take them.
            Unavailable: the store does not answer.
        """

    def still_processing(self) -> frozenset[str]:
        """Bring the owner's photos up to date; return the SHA-256 of those still being processed."""


class Watcher(Protocol):
    """Somebody who looks on. ``sent`` is called by several threads."""

    def sent(self, path: Path, count_bytes: int) -> None:
        """Note bytes that have left; a negative count takes back what must be sent again."""

    def finished(self, result: Result) -> None:
        """Note the end of a file."""

    def waits(self, sentence: str) -> None:
        """Note why nothing moves; an empty sentence says that it does again."""
