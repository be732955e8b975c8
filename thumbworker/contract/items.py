"""The catalogue item of one photo.

The worker writes ``PhotoItem.to_item()``, the gallery reads ``PhotoItem.from_item()``. Values are str, int,
dict and list without ``Decimal``, at most 4 kB in all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from thumbworker.contract import keys, policy

SCHEMA_VERSION = 1
PARTITION_KEY = "pk"


class Status(StrEnum):
    """The result for an original; no item yet means that it is still being processed."""

    READY = "READY"
    FAILED = "FAILED"


class Tell(StrEnum):
    """What an original holds beside its picture."""

    PLACE = "place"
    SERIAL = "serial"
    """A serial number, or a maker's notes, where it may stand."""
    NAME = "name"
    """Who took it, owns the camera or is in the picture."""
    THUMBNAIL = "thumbnail"
    """A small picture that shows something else."""


@dataclass(frozen=True, slots=True)
class MadeRendition:
    """A rendition in the renditions bucket; ``width`` and ``height`` in pixels."""

    name: str
    key: str
    width: int
    height: int
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class PhotoItem:
    """What the worker stores about one original.

    ``width`` and ``height`` are those of the upright original in pixels, turned by ``quarter_turns``
    clockwise: all that people ever turned it by, so what is larger is later. ``dhash`` is that of the picture
    before. ``uploaded_at`` and
    ``processed_at`` are ISO 8601 in UTC. ``metadata`` holds the allowed camera facts. Private to the owner
    are ``location`` (latitude and longitude in degrees, as text), ``words`` (title, description, artist,
    copyright, rating and a list of keywords, as far as they differ from ``metadata``) and ``incomplete``, the
    missing share of the picture in thousandths, and ``tells``, the kinds of what the original holds beside
    its picture: ``None`` in items of before. ``correlation_id`` is that of the request that offered the
    photo; old items have none.
    """

    photo_id: UUID
    status: Status
    owner: str
    uploaded_at: str
    processed_at: str
    size_bytes: int
    sha256: str
    policy_version: int
    reason: str = ""
    format: str = ""
    width: int = 0
    height: int = 0
    renditions: tuple[MadeRendition, ...] = ()
    thumbhash: str = ""
    dominant_color: str = ""
    dhash: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    location: dict[str, str] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    incomplete: int = 0
    correlation_id: str = ""
    quarter_turns: int = 0
    tells: tuple[str, ...] | None = None

    @property
    def pictures(self) -> tuple[MadeRendition, ...]:
        """Return the renditions in the photo's own shape, smallest first: all but the card."""
        return tuple(made for made in self.renditions if made.name != policy.CARD)

    @property
    def card(self) -> MadeRendition | None:
        """Return the picture that other sites show beside a link, if this policy had one."""
        return next((made for made in self.renditions if made.name == policy.CARD), None)

    def to_item(self) -> dict[str, Any]:
        """Return the DynamoDB item as plain Python, without empty optional values."""
        item: dict[str, Any] = {
            PARTITION_KEY: keys.photo_item_key(self.photo_id),
            "schema_version": SCHEMA_VERSION,
            "status": str(self.status),
            "owner": self.owner,
            "uploaded_at": self.uploaded_at,
            "processed_at": self.processed_at,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "policy_version": self.policy_version,
        }
        optional = {
            "reason": self.reason,
            "format": self.format,
            "width": self.width,
            "height": self.height,
            "thumbhash": self.thumbhash,
            "dominant_color": self.dominant_color,
            "dhash": self.dhash,
            "metadata": self.metadata,
            "location": self.location,
            "words": self.words,
            "incomplete": self.incomplete,
            "correlation_id": self.correlation_id,
            "quarter_turns": self.quarter_turns,
            "renditions": [
                {
                    "name": r.name,
                    "key": r.key,
                    "width": r.width,
                    "height": r.height,
                    "size_bytes": r.size_bytes,
                    "content_type": r.content_type,
                }
                for r in self.renditions
            ],
        }
        item |= {name: value for name, value in optional.items() if value}
        if self.tells is not None:
            item["tells"] = list(self.tells)
        return item

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> PhotoItem:
        """Read an item.

        Raises:
            KeyError, ValueError: the item is not of this schema.
        """
        return cls(
            photo_id=UUID(str(item[PARTITION_KEY]).removeprefix(keys.PHOTO_ITEM_PREFIX)),
            status=Status(item["status"]),
            owner=str(item["owner"]),
            uploaded_at=str(item["uploaded_at"]),
            processed_at=str(item["processed_at"]),
            size_bytes=int(item["size_bytes"]),
            sha256=str(item["sha256"]),
            policy_version=int(item["policy_version"]),
            reason=str(item.get("reason", "")),
            format=str(item.get("format", "")),
            width=int(item.get("width", 0)),
            height=int(item.get("height", 0)),
            renditions=tuple(
                MadeRendition(
                    name=str(r["name"]),
                    key=str(r["key"]),
                    width=int(r["width"]),
                    height=int(r["height"]),
                    size_bytes=int(r["size_bytes"]),
                    content_type=str(r["content_type"]),
                )
                for r in item.get("renditions", ())
            ),
            thumbhash=str(item.get("thumbhash", "")),
            dominant_color=str(item.get("dominant_color", "")),
            dhash=str(item.get("dhash", "")),
            metadata=dict(item.get("metadata", {})),
            location={str(k): str(v) for k, v in dict(item.get("location", {})).items()},
            words=dict(item.get("words", {})),
            incomplete=int(item.get("incomplete", 0)),
            correlation_id=str(item.get("correlation_id", "")),
            quarter_turns=int(item.get("quarter_turns", 0)),
            tells=tuple(map(str, item["tells"])) if "tells" in item else None,
        )
