"""Decode JPEG 2000 by the OpenJPEG in Pillow's wheel, at the smallest resolution that is enough."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, Jpeg2KImagePlugin

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import damage
from thumbworker.imaging.filler import fillers
from thumbworker.imaging.formats.jpeg2000_stream import read_tile_parts

if TYPE_CHECKING:
    from thumbworker.imaging.formats.jpeg2000 import Boxes
    from thumbworker.imaging.formats.jpeg2000_stream import Codestream, TileParts
    from thumbworker.imaging.frames import Box
    from thumbworker.imaging.source import Deadline

_CHANNELS = {"L": 1, "RGB": 3, "YCbCr": 3, "CMYK": 4}
_BY_COUNT = {1: "L", 2: "L", 3: "RGB", 4: "RGB"}


class _Source(io.BytesIO):
    """A file that ends when the time is over: an exception would pass through OpenJPEG."""

    def __init__(self, data: bytes, deadline: Deadline) -> None:
        super().__init__(data)
        self._deadline = deadline

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; nothing once the time is over."""
        return b"" if self._deadline.is_over() else super().read(size)


class Jpeg2000Frame:
    """The image of a JPEG 2000 file."""

    transparency: object = None
    missing = 0.0

    def __init__(
        self, data: bytes, stream: Codestream, parts: TileParts, boxes: Boxes, deadline: Deadline
    ) -> None:
        self.size = stream.size
        self._data, self._stream, self._parts, self._boxes = data, stream, parts, boxes
        self._deadline = deadline
        self._image: Image.Image | None = None
        count = len(boxes.palette) or len(stream.bits)
        self._model = boxes.model or _BY_COUNT[count]
        self._opacity = boxes.opacity
        if not boxes.described and not boxes.model and count in {2, 4}:
            self._opacity = count - 1  # a bare codestream names no channels
        channels = _CHANNELS[self._model]
        if boxes.palette and max(stream.bits) > 8:
            raise ValueError("a palette for more than eight bits")
        if channels > count or not -1 <= self._opacity < count:
            raise ValueError(f"{self._model} in {count} components")
        self._order = boxes.order if len(boxes.order) == channels else tuple(range(channels))
        if max(self._order) >= count:
            raise ValueError("a channel without component")

    def load(self, target: tuple[int, int]) -> Box:
        """Decode, leaving out the wavelet levels that are not needed."""
        stream = self._stream
        self.missing = self._missing_share()
        reduce = stream.reduce_for(target)
        image = Jpeg2KImagePlugin.Jpeg2KImageFile(_Source(self._data, self._deadline))
        width, height = stream.reduced(reduce)
        image._size = width, height  # noqa: SLF001 - Pillow's own rounding is one less at times
        image.tile = [
            ImageFile._Tile("jpeg2k", (0, 0, width, height), 0, ("j2k", reduce, 0, -1, len(self._data)))  # noqa: SLF001
        ]
        try:
            image.load()
        except OSError:
            self._deadline.check()
            raise
        self._image = image
        return (0, 0, width, height)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the decoded rows from ``top`` up to ``bottom``, in their color model."""
        if self._image is None:
            raise ValueError("not decoded")
        part = self._image.crop((0, top, self._image.width, bottom))
        if part.mode == "I;16" and not self._boxes.palette:
            return part
        bands = self._scaled(part)
        if self._boxes.palette:
            bands = [bands[0].point(table) for table in self._boxes.palette]
        image = bands[self._order[0]]
        if len(self._order) > 1:
            image = Image.merge(self._model, [bands[number] for number in self._order])
            image = image.convert("RGB") if self._model == "YCbCr" else image
        if self._opacity >= 0 and self._model != "CMYK":
            image.putalpha(bands[self._opacity])
        return image

    def whole(self) -> Image.Image | None:
        """Return the image if it is RGB or gray as it is."""
        image, bits = self._image, self._stream.bits
        plain = image is not None and image.mode == self._model and self._model in {"RGB", "L"}
        in_order = self._order == tuple(range(len(self._order))) and min(bits) >= 8
        return image if plain and in_order and not self._boxes.palette else None

    def close(self) -> None:
        """Free the pixels."""
        self._image = None

    def _scaled(self, part: Image.Image) -> list[Image.Image]:
        """Return the components; Pillow shifts fewer than eight bits, but does not fill the rest."""
        bands = [part] if part.mode == "I;16" else list(part.split())
        return [
            band.point(self._levels(bits)) if bits < 8 else band
            for band, bits in zip(bands, self._stream.bits, strict=True)
        ]

    def _levels(self, bits: int) -> list[int]:
        if self._boxes.palette:
            return [level >> (8 - bits) for level in range(256)]
        return [(level >> (8 - bits)) * 255 // ((1 << bits) - 1) for level in range(256)]

    def _missing_share(self) -> float:
        """Return the share of the tiles or of the data that is missing.

        Empty packets are zeros too, one byte each: so many are not missing.
        """
        tiles = self._stream.tiles[0] * self._stream.tiles[1]
        lost = damage.require_most(self._parts.lost / tiles, Reason.TRUNCATED, "tiles without all parts")
        held = sum(end - start for start, end in self._parts.bodies)
        start, end = self._parts.bodies[0][0], self._parts.bodies[-1][1]
        filled = sum(b - a for a, b in fillers(self._data, start, end)) - self._stream.packets
        share = max(0, filled) / max(1, held)
        return max(lost, damage.require_most(share, Reason.DAMAGED, "a stretch of the data is filled"))


def parts_of(view: memoryview, stream: Codestream) -> TileParts:
    """Return the tile-parts.

    Raises:
        ValueError: there is none.
    """
    parts = read_tile_parts(view, stream)
    if not parts.bodies:
        raise ValueError("no tile-part")
    return parts
