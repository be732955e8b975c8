"""What the camera said, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thumbworker.contract.items import PhotoItem

LABELS = {
    "camera": "Camera",
    "lens": "Lens",
    "focal_length": "Focal length",
    "aperture": "Aperture",
    "exposure_time": "Exposure",
    "iso": "ISO",
    "taken_at": "Taken",
}


def facts_of(item: PhotoItem) -> list[tuple[str, str]]:
    """Return labels and values of what is known of a picture, most telling first."""
    found = [(label, str(item.metadata[name])) for name, label in LABELS.items() if item.metadata.get(name)]
    if item.width and item.height:
        found.append(("Size", f"{item.width} × {item.height}"))
    return found
