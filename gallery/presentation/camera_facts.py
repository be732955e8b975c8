"""Camera details of a photo as labels and values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gallery.search.devices import camera_name, lens_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gallery.photos.models import Photo
    from thumbworker.contract.items import PhotoItem


def facts_of(item: PhotoItem, photo: Photo | None = None) -> list[tuple[str, str]]:
    """Return labels and values of the known camera details, most useful first.

    The date is that of the ``photo``, if one is given: its owner may have corrected it.
    """
    said = item.metadata
    found = [
        (_("Image"), _preview(said)),
        (_("Image"), _("Live photo with video") if said.get("video") else ""),
        (_("Camera"), camera_name(said)),
        (_("Lens"), lens_name(said)),
        (_("Focal length"), _with_unit(said, "focal_length", "{} mm")),
        (_("Aperture"), _with_unit(said, "f_number", "f/{}")),
        (_("Exposure"), _with_unit(said, "exposure_time", "{} s")),
        (_("ISO"), _with_unit(said, "iso", "{}")),
        (_("Taken"), _taken(photo.taken_local if photo and photo.taken_local else wall_clock_of(item))),
        (_("Size"), f"{item.width} × {item.height}" if item.width and item.height else ""),
    ]
    return [(label, value) for label, value in found if value]


def _preview(said: Mapping[str, Any]) -> str:
    kind = said.get("preview_of")
    return _("Preview of a raw file (%(kind)s)") % {"kind": kind} if kind else ""


def _with_unit(said: Mapping[str, Any], name: str, words: str) -> str:
    return words.format(said[name]) if said.get(name) else ""


def wall_clock_of(item: PhotoItem) -> datetime | None:
    """Return the camera's own local time, whatever the zone."""
    try:
        return datetime.fromisoformat(str(item.metadata.get("taken_at", ""))).replace(tzinfo=None)
    except ValueError:
        return None


def _taken(wall: datetime | None) -> str:
    """Write a wall clock. The browser writes it as it does all times."""
    if wall is None:
        return ""
    iso = wall.isoformat(timespec="seconds")
    return format_html(
        '<time datetime="{}" data-with-minutes>{}</time>', iso, date_format(wall, "DATETIME_FORMAT")
    )
