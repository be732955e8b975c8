"""What is to be stored of one original: the catalogue item, and the renditions that it names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.contract.policy import RenditionPolicy
    from thumbworker.contract.reasons import Reason
    from thumbworker.imaging import Picture


@dataclass(frozen=True, slots=True)
class Prepared:
    """The item to write and the renditions that belong to it; ``detail`` of a refusal is for the log."""

    item: PhotoItem
    files: tuple[RenditionFile, ...] = ()
    detail: str = ""
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the decoder found of one original, as it will be stored under a policy."""

    photo_id: UUID
    original: Original
    policy: RenditionPolicy
    clock: Callable[[], str]

    def refused(self, reason: Reason, detail: str = "") -> Prepared:
        """Return what is stored of an original that cannot be shown."""
        data = self.original.data
        digest = "" if data is None else hashlib.sha256(data).hexdigest()
        return Prepared(
            PhotoItem(
                photo_id=self.photo_id,
                status=Status.FAILED,
                owner=self.original.owner,
                uploaded_at=self.original.uploaded_at,
                processed_at=self.clock(),
                size_bytes=self.original.size_bytes,
                sha256=digest,
                policy_version=self.policy.version,
                reason=str(reason),
                correlation_id=self.original.correlation_id,
            ),
            detail=detail,
        )

    def rendered(self, picture: Picture) -> Prepared:
        """Return what is stored of a picture and its renditions."""
        files, made = [], []
        for rendered in picture.renditions:
            spec = rendered.spec
            key = self.policy.key(spec, self.photo_id)
            files.append(RenditionFile(key, rendered.data, spec.content_type))
            made.append(
                MadeRendition(
                    spec.name, key, rendered.width, rendered.height, len(rendered.data), spec.content_type
                )
            )
        item = PhotoItem(
            photo_id=self.photo_id,
            status=Status.READY,
            owner=self.original.owner,
            uploaded_at=self.original.uploaded_at,
            processed_at=self.clock(),
            size_bytes=self.original.size_bytes,
            sha256=picture.sha256,
            policy_version=self.policy.version,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            renditions=tuple(made),
            thumbhash=picture.thumbhash,
            dominant_color=picture.dominant_color,
            dhash=picture.dhash,
            metadata=picture.metadata,
            location=picture.location,
            correlation_id=self.original.correlation_id,
        )
        return Prepared(item, tuple(files), timings=picture.timings)
