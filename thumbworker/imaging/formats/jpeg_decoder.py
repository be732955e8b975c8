"""Decode a JPEG from pieces, at a scale in eighths.

libjpeg-turbo decodes at any number of eighths of the size (its ``doc/libjpeg.txt``, "Decompression parameter
selection"). Pillow's ``draft`` offers halves only but passes on any divisor, and libjpeg-turbo
turns a third into three eighths.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, JpegImagePlugin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thumbworker.imaging.frames import Box
    from thumbworker.imaging.source import Deadline

EOI = b"\xff\xd9"
DIVISORS = {1: 8, 2: 4, 3: 3, 4: 2, 8: 1}
"""Pillow's divisor for each number of eighths."""

BLOCK_BYTES = 1 << 16


class ScaledJpeg(JpegImagePlugin.JpegImageFile):
    """A JPEG that is decoded from pieces; ``header`` ends with the header of the first scan."""

    def __init__(self, header: bytes) -> None:
        super().__init__(io.BytesIO(header))

    def scale(self, eighths: int) -> Box:
        """Set the scale; return the box of the decoded pixels that contains the image.

        The last row and column may be fractions of a pixel.
        """
        width, height = self.size
        self._size = -(-width * eighths // 8), -(-height * eighths // 8)
        self.decoderconfig = (DIVISORS[eighths], 0)
        return (0, 0, width * eighths / 8, height * eighths / 8)

    def feed(
        self, pieces: Iterable[bytes | memoryview], deadline: Deadline, block_bytes: int = BLOCK_BYTES
    ) -> None:
        """Decode the pieces, the header among them; the last must be an end marker.

        Each piece is decoded before the next is taken, and the rows so far are in the image.

        Raises:
            OSError: the decoder found an error that it can't pass over.
            Refused: the deadline is over.
        """
        tile = self.tile[0]
        self.load_prepare()
        self.tile = []  # tells Pillow that there is no more to load
        self.readonly = 0  # or drawing on the image would copy it
        decoder = Image._getdecoder(self.mode, tile.codec_name, tile.args, self.decoderconfig)  # noqa: SLF001
        try:
            decoder.setimage(self.im, (0, 0, *self.size))
            rest = b""
            for piece in pieces:
                for at in range(0, len(piece), block_bytes):
                    deadline.check()
                    block = b"".join((rest, piece[at : at + block_bytes]))
                    consumed, error = decoder.decode(block)
                    if error < 0:
                        raise ImageFile._get_oserror(error, encoder=False)  # noqa: SLF001
                    if consumed < 0:
                        return
                    rest = block[consumed:]
        finally:
            decoder.cleanup()
        raise OSError("the decoder waits for more data")
