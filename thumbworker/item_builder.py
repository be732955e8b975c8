"""Build what is stored of one original: the catalogue item and its rendition files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.policy import RenditionPolicy
    from thumbworker.contract.reasons import Reason
    from thumbworker.imaging import Picture


def failed_item(
    photo_id: UUID,
    original: Original,
    reason: Reason,
    policy: RenditionPolicy,
    processed_at: str,
    *,
    quarter_turns: int = 0,
) -> PhotoItem:
    """Return the item of an original that could not be rendered."""
    return PhotoItem(
        photo_id=photo_id,
        status=Status.FAILED,
        owner=original.owner,
        uploaded_at=original.uploaded_at,
        processed_at=processed_at,
        size_bytes=original.size_bytes,
        sha256="" if original.data is None else hashlib.sha256(original.data).hexdigest(),
        policy_version=policy.version,
        reason=str(reason),
        correlation_id=original.correlation_id,
        quarter_turns=quarter_turns,
    )


def ready_item(
    photo_id: UUID,
    original: Original,
    picture: Picture,
    policy: RenditionPolicy,
    processed_at: str,
    *,
    quarter_turns: int = 0,
) -> PhotoItem:
    """Return the item of an original and its renditions, which were made with these turns."""
    return PhotoItem(
        photo_id=photo_id,
        status=Status.READY,
        owner=original.owner,
        uploaded_at=original.uploaded_at,
        processed_at=processed_at,
        size_bytes=original.size_bytes,
        sha256=picture.sha256,
        policy_version=policy.version,
        format=picture.format,
        width=picture.width,
        height=picture.height,
        renditions=tuple(
            MadeRendition(
                name=rendered.spec.name,
                key=policy.key(rendered.spec, photo_id, quarter_turns),
                width=rendered.width,
                height=rendered.height,
                size_bytes=len(rendered.data),
                content_type=rendered.spec.content_type,
            )
            for rendered in picture.renditions
        ),
        thumbhash=picture.thumbhash,
        dominant_color=picture.dominant_color,
        dhash=picture.dhash,
        metadata=picture.metadata,
        location=picture.location,
        words=picture.words,
        tells=tuple(picture.tells),
        incomplete=picture.incomplete,
        correlation_id=original.correlation_id,
        quarter_turns=quarter_turns,
    )


def rendition_files(
    photo_id: UUID, picture: Picture, policy: RenditionPolicy, *, quarter_turns: int = 0
) -> tuple[RenditionFile, ...]:
    """Return the files to store, one for each rendition of the picture."""
    return tuple(
        RenditionFile(
            policy.key(rendered.spec, photo_id, quarter_turns), rendered.data, rendered.spec.content_type
        )
        for rendered in picture.renditions
    )
