"""Decode an AVIF to 16 bits per sample.

Pillow decodes to eight, through libyuv, which is off by up to 8 levels once PQ is mapped to sRGB. The libavif
in Pillow's wheel can convert to 16; it is called here. Interface: ``avif.h`` of libavif 1.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import TYPE_CHECKING

import PIL
from PIL import Image

from thumbworker.imaging import depth
from thumbworker.imaging.frames import PluginFrame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thumbworker.imaging.frames import Box, UncopiedAvif

_OK = 0
_FORMATS = {3: 0, 4: 1}
"""AVIF_RGB_FORMAT_RGB and _RGBA by channels."""


class _Pixels(ctypes.Structure):
    """The struct ``avifRGBImage``; the caller allocates it, so its layout is fixed in a major version."""

    _fields_ = (
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("depth", ctypes.c_uint32),
        ("format", ctypes.c_int),
        ("chroma_upsampling", ctypes.c_int),
        ("chroma_downsampling", ctypes.c_int),
        ("avoid_libyuv", ctypes.c_int),
        ("ignore_alpha", ctypes.c_int),
        ("alpha_premultiplied", ctypes.c_int),
        ("is_float", ctypes.c_int),
        ("max_threads", ctypes.c_int),
        ("pixels", ctypes.c_void_p),
        ("row_bytes", ctypes.c_uint32),
        ("spare", ctypes.c_uint8 * 64),
    )


@functools.cache
def _library() -> ctypes.CDLL | None:
    """Return Pillow's libavif; ``None`` where Pillow was not installed from a wheel for Linux."""
    found = sorted((Path(PIL.__file__).parents[1] / "pillow.libs").glob("libavif-*.so.16*"))
    if not found:
        return None
    library = ctypes.CDLL(str(found[0]))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    for name, result, arguments in (
        ("avifDecoderCreate", pointer, []),
        ("avifDecoderDestroy", None, [pointer]),
        ("avifImageCreateEmpty", pointer, []),
        ("avifImageDestroy", None, [pointer]),
        ("avifDecoderReadMemory", ctypes.c_int, [pointer, pointer, ctypes.c_char_p, size]),
        ("avifRGBImageSetDefaults", None, [pointer, pointer]),
        ("avifImageYUVToRGB", ctypes.c_int, [pointer, pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def decode(data: bytes, size: tuple[int, int], channels: int) -> memoryview | None:
    """Return rows of interleaved little-endian samples of 16 bits; ``None`` if libavif refuses."""
    library = _library()
    if library is None:
        return None
    image = library.avifImageCreateEmpty()
    try:
        if not image or not _read(library, data, image):
            return None
        pixels = _Pixels()
        library.avifRGBImageSetDefaults(ctypes.byref(pixels), image)
        if (pixels.width, pixels.height) != size:
            return None
        row_bytes = 2 * channels * size[0]
        samples = bytearray(row_bytes * size[1])
        pixels.depth, pixels.format, pixels.row_bytes = 16, _FORMATS[channels], row_bytes
        pixels.pixels = ctypes.addressof(ctypes.c_uint8.from_buffer(samples))
        if library.avifImageYUVToRGB(image, ctypes.byref(pixels)) != _OK:
            return None
        return memoryview(samples)
    finally:
        library.avifImageDestroy(image)


def _read(library: ctypes.CDLL, data: bytes, image: int) -> bool:
    decoder = library.avifDecoderCreate()
    try:
        return bool(decoder) and library.avifDecoderReadMemory(decoder, image, data, len(data)) == _OK
    finally:
        library.avifDecoderDestroy(decoder)


class DeepAvif(PluginFrame):
    """An AVIF frame of more than eight bits, narrowed to eight by a table."""

    def __init__(
        self,
        data: bytes,
        image: UncopiedAvif,
        crop: tuple[int, int, int, int] | None,
        table: Sequence[int],
    ) -> None:
        super().__init__(image, crop)
        self._data, self._table = data, table
        self._samples: memoryview | None = None

    def load(self, target: tuple[int, int]) -> Box:
        """Decode to 16 bits, or to eight if that is refused."""
        self._samples = decode(self._data, self._stored, self._channels)
        if self._samples is None:
            return super().load(target)
        return (0, 0, *self.size)

    @property
    def _channels(self) -> int:
        return 4 if self.mode == "RGBA" else 3

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows of the part in eight bits."""
        if self._samples is None:
            rows = super().rows(top, bottom)
            rows = rows if rows.mode == "RGBA" else rows.convert("RGB")
            alone = [self._table[257 * level] for level in range(256)]
            return rows.point(alone * 3 + (list(range(256)) if rows.mode == "RGBA" else []))
        left, first, right, _ = self._crop
        row_bytes = 2 * self._channels * self._stored[0]
        part = self._samples[(first + top) * row_bytes : (first + bottom) * row_bytes]
        rows = depth.levels_of(part, (self._stored[0], bottom - top), self._channels, self._table)
        return rows if rows.width == self.size[0] else rows.crop((left, 0, right, rows.height))

    def close(self) -> None:
        """Free the samples."""
        self._samples = None
        super().close()
