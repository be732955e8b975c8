"""Stacks: a camera raw and the JPEG or HEIF of the same capture are shown as one photo, by the latter.

No row says which photos are stacked. It follows from what the rows are now, so the order of uploads, the
trash, a purge or a change of visibility leave nothing to repair. Each photo keeps its own state, words and
albums.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.lookups import IsNull

from gallery.photos.states import Visibility
from thumbworker.contract.formats import CAMERA_RAWS, Format
from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.photos.querysets import PhotoQuerySet

RAWS = sorted(CAMERA_RAWS)
TOPS = (Format.JPEG, Format.HEIF)
"""What cameras write beside a raw. Other formats are made later, and are photos of their own."""

KEY_LENGTH = 32
HAS_KEY = ~Q(stack_key="")
"""The condition of the index ``photos_stacks``. Were it a range, SQLite would search by that."""
RAW_EXTENSIONS = (
    "3fr arw cr2 cr3 crw dng erf iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw"
)
# "IMG_1234.CR3.jpg" names the raw that it was made of, as darktable and others export.
_NAME_OF_A_RAW = re.compile(rf"\.({RAW_EXTENSIONS.replace(' ', '|')})$")
# Pixel phones: "PXL_20260501_123456789.RAW-01.COVER.jpg" and "….RAW-02.ORIGINAL.dng".
_PIXEL = re.compile(r"\.raw-\d\d(\.mp)?\.(cover|original)$")


def stack_key(file_name: str, kind: str, taken_local: datetime | None) -> str:
    """Return what the photos of one capture have in common, as a digest; empty if the photo can't be stacked.

    That is the file name without extension or case, and the wall clock of capture to the second. A camera
    repeats its file names every 10,000 photos, so without a time nothing is stacked.
    """
    if taken_local is None or not (kind in CAMERA_RAWS or kind in TOPS):
        return ""
    stem = PurePosixPath(folded(file_name)).stem
    stem = _PIXEL.sub("", _NAME_OF_A_RAW.sub("", stem))
    said = f"{taken_local.replace(microsecond=0).isoformat()} {stem}"
    return hashlib.sha256(said.encode()).hexdigest()[:KEY_LENGTH]


def is_under(tops: PhotoQuerySet, prefix: str = "") -> Q:
    """Return the condition that a photo is a raw stacked under one of ``tops``.

    ``prefix`` leads from the filtered rows to the photo.
    """
    return _is_stackable_raw(prefix) & Q(Exists(_tops_of(tops, prefix)))


def top_id(tops: PhotoQuerySet) -> Case:
    """Return the id of the photo that shows a raw: of several, the one that was uploaded first."""
    first = _tops_of(tops).order_by("created_at", "id").values("pk")[:1]
    return Case(When(_is_stackable_raw(), then=Subquery(first)))


def _is_stackable_raw(prefix: str = "") -> Q:
    wanted = {"format__in": RAWS, "stands_alone": False}
    return Q(**{prefix + name: value for name, value in wanted.items()})


def _tops_of(tops: PhotoQuerySet, prefix: str = "") -> PhotoQuerySet:
    trashed_at = OuterRef(f"{prefix}trashed_at")
    return tops.order_by().filter(
        # Both are in the trash since the same moment, or neither is.
        Q(trashed_at=trashed_at) | Q(IsNull(trashed_at, True), trashed_at=None),
        # A public raw must not disappear under a private photo: its owner would believe that it is private.
        Q(visibility=Visibility.PUBLIC) | Q(visibility=OuterRef(f"{prefix}visibility")),
        HAS_KEY,
        owner_id=OuterRef(f"{prefix}owner_id"),
        stack_key=OuterRef(f"{prefix}stack_key"),
        format__in=TOPS,
        taken_down_at=None,
    )
