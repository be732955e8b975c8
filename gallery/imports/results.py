"""What the import worker found, as columns of the photo's row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gallery.photos import transitions

if TYPE_CHECKING:
    from gallery.photos.models import Photo
    from thumbworker.contract.items import PhotoItem


def fetched_facts(item: PhotoItem) -> dict[str, Any]:
    """Return the true size, type and hash of the fetched bytes."""
    return {
        "size_bytes": item.size_bytes,
        "content_type": f"image/{item.format.lower()}"[:50],
        "sha256": item.sha256,
    }


def give_up(photo: Photo, reason: str) -> bool:
    """Record that the picture will not come, and release the bytes reserved for it."""
    return transitions.failed(photo.pk, reason=reason, facts={"size_bytes": 0})
