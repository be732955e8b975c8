"""The result of ``render``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thumbworker.contract.policy import RenditionSpec
    from thumbworker.imaging.words import Words


@dataclass(frozen=True, slots=True)
class Rendered:
    """One encoded rendition; ``width`` and ``height`` in pixels."""

    spec: RenditionSpec
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An original's renditions, fingerprints and metadata.

    ``width`` and ``height`` are those of the upright original in pixels. ``thumbhash`` is base64,
    ``dominant_color`` ``#rrggbb``, ``dhash`` 16 and ``sha256`` 64 hexadecimal digits. ``metadata``,
    ``location``, ``words`` and ``tells`` contain only text, integers and lists of text. ``incomplete`` is the
    missing share of the original in thousandths, rounded up. ``timings`` is the wall time of each phase in
    seconds.
    """

    format: str
    width: int
    height: int
    renditions: tuple[Rendered, ...]
    thumbhash: str
    dominant_color: str
    dhash: str
    sha256: str
    metadata: dict[str, str | int]
    location: dict[str, str]
    timings: dict[str, float]
    words: Words = field(default_factory=dict)
    incomplete: int = 0
    tells: list[str] = field(default_factory=list)
