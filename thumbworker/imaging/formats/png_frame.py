"""Decode a PNG, and learn how much of it is missing.

Pillow ignores the checksums of the data, and doesn't say how many rows it decoded before an error.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import damage
from thumbworker.imaging.frames import Box, ImageFrame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL import Image, ImageFile

    from thumbworker.imaging.formats.png import PngHeader

_INFLATED_BYTES = 1 << 20

_ZLIB_HEADER_BYTES = 2

_SAMPLES = {2: 3, 4: 2, 6: 4}
"""Samples per pixel by color type, where it is more than one."""

_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The passes of an interlaced image: first column and row, and the steps between them (section 8)."""


class PngFrame(ImageFrame):
    """A PNG frame."""

    def __init__(self, image: ImageFile.ImageFile, header: PngHeader) -> None:
        self._header = header
        super().__init__(image)

    def load(self, target: tuple[int, int]) -> Box:
        """Decode; compare the checksums."""
        chunks = [chunk for piece in self._header.pieces for chunk in _data_chunks(piece)]
        sound = next((number for number, chunk in enumerate(chunks) if not _is_sound(chunk)), len(chunks))
        detail = "" if sound == len(chunks) else "a wrong checksum"
        width, height = self.size
        # Without an error, rows are missing if the compressed data ends properly before the image does.
        last_rows = 0, max(0, height - 2), min(width, damage.MARK_PIXELS), height
        mark = damage.Mark(self.image, last_rows)
        try:
            super().load(target)
        except damage.DECODER_ERRORS as error:
            self.image.tile = []  # tells Pillow that there is no more to load
            self.image.readonly = 0  # or drawing on the image would copy it
            detail = str(error)
        left = mark.rows_left()
        if detail or left:
            reason = Reason.TRUNCATED if "truncated" in detail else Reason.DAMAGED
            missing = _missing_share(self._header, chunks, sound)
            self.missing = damage.require_most(missing, reason, detail or "the data ends early")
        if left and self.missing:  # a tiny image may equal its mark
            self.image.paste(0, last_rows)
        return (0, 0, *self.size)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return a copy of the rows; gray with transparency is that also where Pillow decodes it to RGBA."""
        rows = super().rows(top, bottom)
        return rows.convert("LA") if self._header.color_type == 4 else rows


def _data_chunks(piece: memoryview) -> Iterator[memoryview]:
    """Yield type, body and checksum of each IDAT chunk; the last may be cut."""
    at = 8 if bytes(piece[1:4]) == b"PNG" else 0
    while at + 8 <= len(piece):
        end = at + 12 + int.from_bytes(piece[at : at + 4], "big")
        if bytes(piece[at + 4 : at + 8]) == b"IDAT":
            if end > len(piece):
                body = bytes(piece[at + 4 : end - 4])
                yield memoryview(body + zlib.crc32(body).to_bytes(4, "big"))  # what is there counts as sound
            else:
                yield piece[at + 4 : end]
        at = end


def _is_sound(chunk: memoryview) -> bool:
    return zlib.crc32(chunk[:-4]) == int.from_bytes(chunk[-4:], "big")


def _missing_share(header: PngHeader, chunks: Sequence[memoryview], sound: int) -> float:
    """Return the share of the image that the sound chunks lack, by the bytes that they inflate to.

    A wrong checksum of a chunk is ignored if that of the whole image (zlib's) is right, and vice versa.
    """
    inflated, right = _inflated(chunks)
    if sound < len(chunks) and not right:
        inflated, _ = _inflated(chunks[:sound])
    return max(0.0, 1 - inflated / _image_bytes(header))


def _inflated(chunks: Sequence[memoryview]) -> tuple[int, bool]:
    """Return to how many bytes the chunks inflate, and whether they end with the right checksum.

    They are inflated without zlib's header and checksum (RFC 1950): a wrong one would cost the last block.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    total, checksum, skipped = 0, 1, _ZLIB_HEADER_BYTES
    try:
        for number, chunk in enumerate(chunks):
            body = chunk[4:-4]
            rest: bytes | memoryview = body[skipped:]
            skipped -= min(skipped, len(body))
            while len(rest) and not inflater.eof:
                block = inflater.decompress(rest, _INFLATED_BYTES)
                total, checksum = total + len(block), zlib.adler32(block, checksum)
                rest = inflater.unconsumed_tail
            if inflater.eof:
                behind = [bytes(after[4:-4][:4]) for after in chunks[number + 1 : number + 5]]
                stated = b"".join([inflater.unused_data[:4], *behind])[:4]
                return total, stated == checksum.to_bytes(4, "big")
    except zlib.error:
        pass
    return total, False


def _image_bytes(header: PngHeader) -> int:
    """Return the size of the image before compression: rows of samples, each after a filter byte."""
    bits = header.bit_depth * _SAMPLES.get(header.color_type, 1)
    passes = _ADAM7 if header.interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(header.width - left) // across), -(-(header.height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total
