"""What a file tells beside its picture, as kinds, so that its owner knows before it goes out.

Serial numbers also stand in makers' notes, which no one documents: a file with such notes counts. The small
picture inside of EXIF may show what was cropped or painted over later. It is compared in a few cells.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.contract.items import Tell
from thumbworker.imaging.pixels import upright

if TYPE_CHECKING:
    from thumbworker.imaging.exif import Tags
    from thumbworker.imaging.packets import Packets

_OWNER_NAME, _BODY_SERIAL, _LENS_SERIAL, _MAKER_NOTE = 0xA430, 0xA431, 0xA435, 0x927C
_CAMERA_SERIAL = 0xC62F
_PLACES_IN_XMP = (b"GPSLatitude", b"photoshop:City", b"Iptc4xmpExt:LocationCreated")
_NAMES_IN_XMP = (b"aux:OwnerName", b"Iptc4xmpExt:PersonInImage", b"mwg-rs:Name")
_MOST_PIXELS = 640
_MOST_LEVELS = 30
"""Thumbnails of the same picture differ by less than 4 on the corpus, that of another picture by 138."""

NAMES = ("artist", "copyright")
"""Facts and words that name people."""


def tells_of(
    tags: Tags, packets: Packets, picture: Image.Image, *, has_place: bool, has_name: bool
) -> list[str]:
    """Return what the file holds; ``picture`` is upright and small."""
    serials = {_BODY_SERIAL, _LENS_SERIAL, _MAKER_NOTE}
    found = {
        Tell.PLACE: has_place or any(name in packets.xmp for name in _PLACES_IN_XMP),
        Tell.SERIAL: tags.exif.keys() & serials or _CAMERA_SERIAL in tags.main,
        Tell.NAME: has_name or _OWNER_NAME in tags.exif or any(name in packets.xmp for name in _NAMES_IN_XMP),
        Tell.THUMBNAIL: tags.thumbnail and _differs(tags.thumbnail, tags.orientation, picture),
    }
    return [str(tell) for tell, is_told in found.items() if is_told]


def _differs(thumbnail: bytes, orientation: int, picture: Image.Image) -> bool:
    try:
        with Image.open(io.BytesIO(thumbnail), formats=("JPEG",)) as small:
            if max(small.size) > _MOST_PIXELS:
                return False
            shown = upright(small.convert("RGB"), orientation)
    except (OSError, SyntaxError, ValueError, TypeError):
        return False
    return _distance(_cropped(shown, picture.size), picture) > _MOST_LEVELS


def _distance(one: Image.Image, other: Image.Image) -> float:
    """Return by how many levels of 255 two pictures differ on average, in 8 by 8 cells."""
    cells = [each.convert("RGB").resize((8, 8), Image.Resampling.BOX).tobytes() for each in (one, other)]
    total: int = sum(abs(a - b) for a, b in zip(*cells, strict=True))
    return total / len(cells[0])


def _cropped(image: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """Return the middle of the image in the shape of another: cameras add bars to fill 160 by 120."""
    width, height = image.size
    wide, high = min(width, height * shape[0] // shape[1]), min(height, width * shape[1] // shape[0])
    left, top = (width - wide) // 2, (height - high) // 2
    return image.crop((left, top, left + max(wide, 1), top + max(high, 1)))
