"""The text of a notification email: the current state of each photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from gallery.photos.states import State, WordsState
from gallery.presentation.sentences import state_sentence, words_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrPromise

    from gallery.photos.models import Photo

MAX_LISTED = 20
"""The number of photos listed by name in each part of an email. The others are counted."""

WORDS = "words"
"""The part about approved photos whose new caption or tags were rejected."""

HEADINGS: dict[str, StrPromise] = {
    WORDS: gettext_lazy("New caption or tags not approved"),
    State.REJECTED: gettext_lazy("Rejected"),
    State.FAILED: gettext_lazy("Couldn't be processed"),
    State.APPROVED: gettext_lazy("Approved"),
    State.PENDING: gettext_lazy("Processed"),
}
"""In the order of the parts of an email: the photos that need action come first."""

SUBJECTS: dict[str, StrPromise] = {
    WORDS: gettext_lazy("New caption or tags not approved: %(name)s"),
    State.REJECTED: gettext_lazy("Rejected: %(name)s"),
    State.FAILED: gettext_lazy("Couldn't be processed: %(name)s"),
    State.APPROVED: gettext_lazy("Approved: %(name)s"),
    State.PENDING: gettext_lazy("Processed: %(name)s"),
}

COUNTS = {
    WORDS: ngettext_lazy(
        "%(count)d with new words not approved", "%(count)d with new words not approved", "count"
    ),
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
    """The photos of which the same is told; ``more`` of them are not listed."""

    kind: str
    lines: list[Line]
    count: int

    @property
    def heading(self) -> str:
        """Return the heading in the current language."""
        return str(HEADINGS[self.kind])

    @property
    def more(self) -> int:
        """Return the number of photos that are not listed."""
        return self.count - len(self.lines)


def name_of(photo: Photo) -> str:
    """Return the photo's name on one line."""
    return " ".join(str(photo).split())[:100] or _("Photo")


def parts_of(photos: Iterable[Photo]) -> list[Part]:
    """Return the parts of an email about these photos."""
    by_kind: dict[str, list[Photo]] = {kind: [] for kind in HEADINGS}
    for photo in photos:
        by_kind[_kind(photo)].append(photo)
    return [
        Part(kind, [_line(photo) for photo in of_kind[:MAX_LISTED]], len(of_kind))
        for kind, of_kind in by_kind.items()
        if of_kind
    ]


def _kind(photo: Photo) -> str:
    is_about_words = photo.state == State.APPROVED and photo.words_state == WordsState.REJECTED
    return WORDS if is_about_words else photo.state


def _line(photo: Photo) -> Line:
    sentence = " ".join(filter(None, (state_sentence(photo), words_sentence(photo))))
    return Line(name_of(photo), sentence, settings.SITE_ORIGIN + photo.get_absolute_url())


def subject_of(parts: list[Part]) -> str:
    """Return the subject: the photo's name if there is only one, else the count per state."""
    if len(parts) == 1 and parts[0].count == 1:
        return str(SUBJECTS[parts[0].kind]) % {"name": parts[0].lines[0].name}
    counts = ", ".join(COUNTS[part.kind] % {"count": part.count} for part in parts)
    return _("Your photos: %(counts)s") % {"counts": counts}
