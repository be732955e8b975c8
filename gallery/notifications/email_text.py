"""The text of a notification email: the current state of each photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from gallery.photos.states import State
from gallery.presentation.sentences import state_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gallery.photos.models import Photo

MAX_LISTED = 20
"""The number of photos listed by name in each part of an email. The others are counted."""

HEADINGS = {
    State.REJECTED: gettext_lazy("Rejected"),
    State.FAILED: gettext_lazy("Couldn't be processed"),
    State.APPROVED: gettext_lazy("Approved"),
    State.PENDING: gettext_lazy("Processed"),
}
"""In the order of the parts of an email: the photos that need action come first."""

SUBJECTS = {
    State.REJECTED: gettext_lazy("Rejected: %(name)s"),
    State.FAILED: gettext_lazy("Couldn't be processed: %(name)s"),
    State.APPROVED: gettext_lazy("Approved: %(name)s"),
    State.PENDING: gettext_lazy("Processed: %(name)s"),
}

COUNTS = {
    State.REJECTED: ngettext_lazy("%(count)d rejected", "%(count)d rejected", "count"),
    State.FAILED: ngettext_lazy(
        "%(count)d couldn't be processed", "%(count)d couldn't be processed", "count"
    ),
    State.APPROVED: ngettext_lazy("%(count)d approved", "%(count)d approved", "count"),
    State.PENDING: ngettext_lazy("%(count)d processed", "%(count)d processed", "count"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One photo in an email."""

    name: str
    sentence: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """The photos in one state; ``more`` of them are not listed."""

    state: State
    lines: list[Line]
    count: int

    @property
    def heading(self) -> str:
        """Return the heading in the current language."""
        return str(HEADINGS[self.state])

    @property
    def more(self) -> int:
        """Return the number of photos that are not listed."""
        return self.count - len(self.lines)


def name_of(photo: Photo) -> str:
    """Return the photo's name on one line."""
    return " ".join(str(photo).split())[:100] or _("Photo")


def parts_of(photos: Iterable[Photo]) -> list[Part]:
    """Return the parts of an email about these photos."""
    by_state: dict[State, list[Photo]] = {state: [] for state in HEADINGS}
    for photo in photos:
        by_state[State(photo.state)].append(photo)
    return [
        Part(state, [_line(photo) for photo in in_state[:MAX_LISTED]], len(in_state))
        for state, in_state in by_state.items()
        if in_state
    ]


def _line(photo: Photo) -> Line:
    return Line(name_of(photo), state_sentence(photo), settings.SITE_ORIGIN + photo.get_absolute_url())


def subject_of(parts: list[Part]) -> str:
    """Return the subject: the photo's name if there is only one, else the count per state."""
    if len(parts) == 1 and parts[0].count == 1:
        return str(SUBJECTS[parts[0].state]) % {"name": parts[0].lines[0].name}
    counts = ", ".join(COUNTS[part.state] % {"count": part.count} for part in parts)
    return _("Your photos: %(counts)s") % {"counts": counts}
