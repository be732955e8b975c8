"""What photos tell beside their pictures, and who gets it: for their owner, before they go out.

Facts come from what the worker found in the files. ``Lens`` and clean copies decide who gets which of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from gallery.sharing.models import Role
from gallery.storage import catalogue
from thumbworker.contract import policy
from thumbworker.contract.items import Status, Tell

if TYPE_CHECKING:
    from gallery.photos.querysets import PhotoQuerySet
    from thumbworker.contract.items import PhotoItem

MOST_LOOKED_AT = 500
NAMES = ("artist", "copyright")
LARGEST = max(spec.longest_side for spec in policy.CURRENT.renditions)
"""In pixels: the longest side that who only looks gets."""
_ON_PAGES = ("camera", "caption")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that files tell: on how many photos, and what of it reaches each column."""

    label: str
    cells: list[int | str]
    """In the order of ``Told.columns``: a count, words, or 0 for nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """What photos tell. ``looked_at`` of them were; of ``unknown`` ones, an older worker read the file."""

    rows: list[Row]
    columns: list[str]
    looked_at: int
    are_more: bool
    unknown: int
    is_complete: bool
    """``False`` if the catalogue did not respond, so that counts may be too small."""


def told_by(photos: PhotoQuerySet) -> Told | None:
    """Return what up to 500 of the photos tell; ``None`` without photos.

    Costs one query, and a BatchGetItem for each hundred.
    """
    found = list(photos.order_by("pk").values_list("pk", "caption")[: MOST_LOOKED_AT + 1])
    if not found:
        return None
    looked_at = found[:MOST_LOOKED_AT]
    counts = Counter({"caption": sum(bool(caption) for _pk, caption in looked_at)})
    unknown, is_complete = 0, True
    for some in catalogue.batches([pk for pk, _caption in looked_at]):
        reading = catalogue.read(some)
        is_complete = is_complete and reading.complete
        for item in reading.items.values():
            if item.status is Status.READY:
                counts.update(_kinds(item))
                unknown += item.tells is None
    return Told(
        rows=_rows(counts),
        columns=[_("View"), _("Without metadata"), _("With metadata")],
        looked_at=len(looked_at),
        are_more=len(found) > MOST_LOOKED_AT,
        unknown=unknown,
        is_complete=is_complete,
    )


def _kinds(item: PhotoItem) -> set[str]:
    kinds = set(item.tells or ())
    if item.metadata:
        kinds.add("camera")
    if item.location:
        kinds.add(Tell.PLACE)
    if any(item.metadata.get(name) or item.words.get(name) for name in NAMES):
        kinds.add(Tell.NAME)
    return kinds


def line_of(item: PhotoItem) -> str:
    """Return what everyone sees of a photo that is public, and what its file tells its owner alone."""
    kinds = _kinds(item)
    seen, hidden = [_("picture of %(side)d pixels") % {"side": LARGEST}], [_("file name")]
    for kind, label in _labels().items():
        if kind in kinds:
            (seen if kind in _ON_PAGES else hidden).append(label)
    seen.append(_("your name and what you write"))
    return _("When public, everyone sees: %(seen)s. Only you: %(hidden)s.") % {
        "seen": " · ".join(seen),
        "hidden": " · ".join(hidden),
    }


def _labels() -> dict[str, str]:
    return {
        "camera": _("Camera, settings, date"),
        "caption": _("Caption"),
        Tell.PLACE: _("Place"),
        Tell.SERIAL: _("Serial number or maker's notes"),
        Tell.NAME: _("Name of a person"),
        Tell.THUMBNAIL: _("Another picture as thumbnail"),
    }


def _rows(counts: Counter[str]) -> list[Row]:
    rows = [Row(_("Picture"), [_("%(side)d pixels") % {"side": LARGEST}, _("full size"), _("full size")])]
    for kind, label in _labels().items():
        if count := counts[kind]:
            rows.append(Row(label, [count if _reaches(kind, role) else 0 for role in _ROLES]))
    return rows


_ROLES = (Role.VIEW, Role.CLEAN, Role.DOWNLOAD)


def _reaches(kind: str, role: Role) -> bool:
    return kind in _ON_PAGES or role == Role.DOWNLOAD
