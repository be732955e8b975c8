"""Actions on many photos in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from gallery.batches import actions
from gallery.batches.models import Kind
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import Visibility

if TYPE_CHECKING:
    from gallery.batches.models import Batch
    from gallery.photos.querysets import PhotoQuerySet


MOST_LINKED = 20
"""Refused photos of one reason that the page links to."""


TAGS_CHANGED = ngettext_lazy("Tags of %(count)s photo changed.", "Tags of %(count)s photos changed.", "count")
DATES_CHANGED = ngettext_lazy(
    "Date of %(count)s photo changed.", "Dates of %(count)s photos changed.", "count"
)
ROTATED = ngettext_lazy("%(count)s photo rotated.", "%(count)s photos rotated.", "count")
SENTENCES: dict[Kind, Any] = {
    Kind.TRASH: ngettext_lazy("%(count)s photo moved to trash.", "%(count)s photos moved to trash.", "count"),
    Kind.RESTORE: ngettext_lazy("%(count)s photo restored.", "%(count)s photos restored.", "count"),
    Kind.PURGE: ngettext_lazy(
        "%(count)s photo permanently deleted.", "%(count)s photos permanently deleted.", "count"
    ),
    Kind.FAVORITE: ngettext_lazy(
        "%(count)s photo added to favorites.", "%(count)s photos added to favorites.", "count"
    ),
    Kind.UNFAVORITE: ngettext_lazy(
        "%(count)s photo removed from favorites.", "%(count)s photos removed from favorites.", "count"
    ),
    Kind.ARCHIVE: ngettext_lazy("%(count)s photo archived.", "%(count)s photos archived.", "count"),
    Kind.UNARCHIVE: ngettext_lazy(
        "%(count)s photo is back in My photos.", "%(count)s photos are back in My photos.", "count"
    ),
    Kind.SHIFT_DATE: DATES_CHANGED,
    Kind.SET_DATE: DATES_CHANGED,
    Kind.ROTATE_LEFT: ROTATED,
    Kind.ROTATE_RIGHT: ROTATED,
    Kind.ADD_TAGS: TAGS_CHANGED,
    Kind.REMOVE_TAGS: TAGS_CHANGED,
    Kind.RENAME_TAG: TAGS_CHANGED,
    Kind.ADD_TO_ALBUM: ngettext_lazy(
        "%(count)s photo added to the album.", "%(count)s photos added to the album.", "count"
    ),
    Kind.REMOVE_FROM_ALBUM: ngettext_lazy(
        "%(count)s photo taken out of the album.", "%(count)s photos taken out of the album.", "count"
    ),
}
"""What was done so far, but for changes of visibility."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Photos that were refused for one reason."""

    sentence: str
    count: int
    code: str
    batch: Batch

    @property
    def photos(self) -> PhotoQuerySet:
        """Return the first of them, by two queries."""
        ids = (
            self.batch.photos.filter(outcome=self.code)
            .order_by("position")
            .values_list("photo_id", flat=True)
        )
        return Photo.objects.owned_by(self.batch.owner).filter(pk__in=list(ids[:MOST_LINKED]))


@dataclass(frozen=True, slots=True)
class BatchWords:
    """A batch in words: ``sentence`` says what was done so far."""

    batch: Batch
    progress: actions.Progress
    sentence: str
    refusals: list[Refusals]
    can_undo: bool

    @property
    def album_id(self) -> str:
        """Return the id of the album that photos were added to, or nothing."""
        return str(self.batch.choices["album"]) if self.batch.kind == Kind.ADD_TO_ALBUM else ""

    @property
    def is_finished(self) -> bool:
        """Return whether nothing more will be done."""
        return self.batch.finished_at is not None


def words_of(batch: Batch) -> BatchWords:
    """Return the batch in words."""
    batch.refresh_from_db()
    progress = actions.progress_of(batch)
    return BatchWords(
        batch,
        progress,
        sentence=_sentence(batch, progress.done),
        refusals=[
            Refusals(reasons.of(code).sentence, count, code, batch)
            for code, count in sorted(progress.refused.items())
        ],
        can_undo=actions.can_undo(batch),
    )


def _sentence(batch: Batch, count: int) -> str:
    if batch.kind == Kind.SET_VISIBILITY:
        text = _visibility_sentence(batch, count)
    else:
        text = SENTENCES[Kind(batch.kind)]
    sentence = text % {"count": count}
    if actions.words_wait_in(batch):
        sentence += " " + _("The new tags wait for review. Until then, others see the old ones.")
    return sentence


def _visibility_sentence(batch: Batch, count: int) -> str:
    if batch.undoes_id:
        return ngettext(
            "%(count)s photo is visible as before.", "%(count)s photos are visible as before.", count
        )
    if batch.choices["visibility"] == Visibility.PRIVATE:
        return ngettext(
            "Only you can see %(count)s photo now.", "Only you can see %(count)s photos now.", count
        )
    return ngettext("%(count)s photo is for everyone now.", "%(count)s photos are for everyone now.", count)
