"""Catalogue items as the worker writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from uuid import UUID


def ready_item(photo_id: UUID | None = None, **changes: Any) -> PhotoItem:
    """Return the item of a 3000 x 2000 photograph, with a value in every field."""
    photo_id = photo_id or uuid4()
    item = PhotoItem(
        photo_id=photo_id,
        status=Status.READY,
        owner="7",
        uploaded_at="2026-11-01T10:00:00.000+00:00",
        processed_at="2026-11-01T10:00:01.123+00:00",
        size_bytes=4_200_000,
        sha256="ab" * 32,
        policy_version=CURRENT.version,
        format="JPEG",
        width=3000,
        height=2000,
        renditions=tuple(
            MadeRendition(
                name=spec.name,
                key=CURRENT.key(spec, photo_id),
                width=spec.longest_side,
                height=spec.longest_side * 2 // 3,
                size_bytes=1000,
                content_type=spec.content_type,
            )
            for spec in CURRENT.renditions
        ),
        thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        dominant_color="#808080",
        dhash="0123456789abcdef",
        metadata={"camera": "Kamera \u96ea \U0001f4f7", "iso": 200, "nested": ["a", 1]},
        location={"latitude": "35.6", "longitude": "139.7"},
        correlation_id="asked-by-alice",
    )
    return replace(item, **changes)


def failed_item(item: PhotoItem, reason: str = "damaged") -> PhotoItem:
    """Return the item of the same original, if it could not be read."""
    return PhotoItem(
        photo_id=item.photo_id,
        status=Status.FAILED,
        owner=item.owner,
        uploaded_at=item.uploaded_at,
        processed_at=item.processed_at,
        size_bytes=item.size_bytes,
        sha256=item.sha256,
        policy_version=item.policy_version,
        reason=reason,
    )
