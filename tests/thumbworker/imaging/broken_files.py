"""Ways in which a file is broken: what is left of its compressed data, and what stands in for the rest."""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING

from tests.thumbworker.imaging.pictures import saved, scene

if TYPE_CHECKING:
    from collections.abc import Callable

EOI = b"\xff\xd9"
HTML = b"<html><body>502 Bad Gateway</body></html>\n"
NOISE = random.Random(1).randbytes(4096)
OTHER = saved(scene(320, 240, seed=5))
MP4 = b"\x00\x00\x00\x18ftypmp42" + NOISE

JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "4:4:4": {"subsampling": 0},
    "optimized": {"optimize": True},
    "gray": {"mode": "L"},
    "cmyk": {"mode": "CMYK"},
    "restarts by row": {"restart_marker_rows": 1},
    "restarts by block": {"restart_marker_blocks": 7},
    "gray with restarts": {"mode": "L", "restart_marker_rows": 1},
    "progressive": {"progressive": True},
    "progressive 4:4:4": {"progressive": True, "subsampling": 0},
    "progressive gray": {"progressive": True, "mode": "L"},
    "progressive with restarts": {"progressive": True, "restart_marker_rows": 1},
}


@functools.cache
def jpeg(kind: str, *, small: bool = False, footer: bool = False) -> bytes:
    """Return a JPEG of a kind; ``footer``: its lowest fifth has the gray that decoders leave."""
    image = scene(320, 240) if small else scene(640, 480)
    if footer:
        image.paste((128, 128, 128), (0, 4 * image.height // 5, *image.size))
    options = dict(JPEGS[kind])
    return saved(image.convert(str(options.pop("mode", "RGB"))), quality=88, **options)


def kept(data: bytes, share: float) -> int:
    """Return where a share of a JPEG's compressed data ends."""
    start = data.index(b"\xff\xda")
    return start + int(share * (len(data) - start))


ENDS: dict[str, Callable[[bytes, int], bytes]] = {
    "cut": lambda data, at: data[:at],
    "zeros": lambda data, at: data[:at] + bytes(len(data) - at),
    "zeros, then its end mark": lambda data, at: data[:at] + bytes(len(data) - at) + EOI,
    "ff": lambda data, at: data[:at] + b"\xff" * (len(data) - at),
    "ff, then its end mark": lambda data, at: data[:at] + b"\xff" * (len(data) - at) + EOI,
    "aa, then its end mark": lambda data, at: data[:at] + b"\xaa" * (len(data) - at) + EOI,
    "an end mark": lambda data, at: data[:at] + EOI,
    "an html page": lambda data, at: data[:at] + HTML * 20,
    "html longer than the rest": lambda data, at: data[:at] + HTML * 5000,
    "a video with an end mark": lambda data, at: data[:at] + MP4 + EOI,
    "another jpeg": lambda data, at: data[:at] + OTHER,
    "the end of another jpeg": lambda data, at: data[:at] + OTHER[-1000:],
}
"""What follows after a place where the data breaks off."""
