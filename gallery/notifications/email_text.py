"""What a mail says of each photo: how it stands now, in the gallery's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from gallery.photos.states import State
from gallery.presentation.tiles import state_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gallery.photos.models import Photo

MAX_LISTED = 20
"""Photos listed by name in each part of a mail; the others are counted."""

HEADINGS = {
    State.REJECTED: "Not approved",
    State.FAILED: "Not processed",
    State.APPROVED: "Approved",
    State.PENDING: "Processed",
}
"""In the order in which a person wants to know."""


@dataclass(frozen=True, slots=True)
class Line:
    """One photo in a mail."""

    name: str
    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """The photos of a mail that stand alike; ``more`` are not listed."""

    heading: str
    lines: list[Line]
    count: int

    @property
    def more(self) -> int:
        """Return how many are counted only."""
        return self.count - len(self.lines)


def name_of(photo: Photo) -> str:
    """Return the photo's name on one line."""
    return " ".join(str(photo).split())[:100] or "Photo"


def parts_of(photos: Iterable[Photo]) -> list[Part]:
    """Return the parts of a mail about these photos."""
    by_state: dict[str, list[Photo]] = {state: [] for state in HEADINGS}
    for photo in photos:
        by_state[photo.state].append(photo)
    return [
        Part(HEADINGS[State(state)], [_line(photo) for photo in standing[:MAX_LISTED]], len(standing))
        for state, standing in by_state.items()
        if standing
    ]


def _line(photo: Photo) -> Line:
    return Line(name_of(photo), state_sentence(photo), settings.SITE_ORIGIN + photo.get_absolute_url())


def subject_of(parts: list[Part]) -> str:
    """Return the subject: the photo's name if it is one, else how many stand how."""
    if len(parts) == 1 and parts[0].count == 1:
        return f"{parts[0].heading}: {parts[0].lines[0].name}"
    return "Your photos: " + ", ".join(f"{part.count} {part.heading.lower()}" for part in parts)
