"""Decoded pixels, as whole images or as buffers, read a band of rows at a time.

WebP, AVIF and HEIC decoders return one buffer of the whole frame. Pillow would first copy it into an image of
four bytes per pixel; reading it in bands avoids that copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from PIL import AvifImagePlugin, Image, ImageFile, WebPImagePlugin

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import damage
from thumbworker.imaging.errors import Refused, decoder_errors
from thumbworker.imaging.memory_limit import limited_memory

if TYPE_CHECKING:
    import pi_heif

Box = tuple[float, float, float, float]

# One original at a time on one core: more threads would only take memory.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


class Frame(Protocol):
    """The image in an original, decoded by ``load``."""

    size: tuple[int, int]
    """Width and height as stored, in pixels; final once the frame is loaded."""

    transparency: object
    """The transparent color or palette entry, if there is one."""

    @property
    def missing(self) -> float:
        """Return the share of the image that is missing, once the frame is loaded."""

    def load(self, target: tuple[int, int]) -> Box:
        """Decode, at a reduced scale where that is cheaper; return the box that contains the image."""

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the decoded rows from ``top`` up to ``bottom``."""

    def whole(self) -> Image.Image | None:
        """Return the decoded pixels as one image; ``None`` if they are in a buffer."""

    def close(self) -> None:
        """Free the pixels."""


class ImageFrame:
    """A frame that Pillow decodes into an image."""

    missing = 0.0

    def __init__(self, image: ImageFile.ImageFile) -> None:
        self.image = image
        self.size = image.size
        self.transparency: object = image.info.get("transparency")

    def load(self, target: tuple[int, int]) -> Box:
        """Decode."""
        del target
        self.image.load()
        return (0, 0, *self.image.size)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return a copy of the rows."""
        return self.image.crop((0, top, self.image.width, bottom))

    def whole(self) -> Image.Image | None:
        """Return the image."""
        return self.image

    def close(self) -> None:
        """Free the image."""
        self.image.close()


class RowsFrame(ImageFrame):
    """A frame whose last rows may be missing."""

    def load(self, target: tuple[int, int]) -> Box:
        """Decode."""
        del target
        self.missing = damage.load_rows(self.image)
        return (0, 0, *self.image.size)


class _BufferFrame:
    """A frame in one buffer of interleaved samples."""

    size: tuple[int, int]
    transparency: object = None
    missing = 0.0
    mode: str
    _stored: tuple[int, int]
    _raw_mode: str
    _buffer: memoryview
    _stride: int

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows as an image, which may share the buffer."""
        part = cast("bytes", self._buffer[top * self._stride : bottom * self._stride])
        size = (self._stored[0], bottom - top)
        return Image.frombuffer(self.mode, size, part, "raw", self._raw_mode, self._stride, 1)

    def whole(self) -> Image.Image | None:
        """Return ``None``."""
        return None

    def close(self) -> None:
        """Free the buffer."""
        self._buffer = memoryview(b"")


class _Uncopied(ImageFile.ImageFile):
    """Keeps the buffer that Pillow's WebP and AVIF readers put into ``fp``, instead of copying it."""

    frame: memoryview
    raw_mode: str

    def load(self) -> None:
        """Replace Pillow's generic ``load``, which the reader's own ``load`` calls."""
        if self.fp is None or not self.tile:
            raise OSError("no frame")
        self.raw_mode = str(self.tile[0].args)
        self.frame = memoryview(self.fp.read())
        self.fp = None
        self.tile = []


class UncopiedWebP(WebPImagePlugin.WebPImageFile, _Uncopied):
    """A WebP whose frame stays in the decoder's buffer."""


class UncopiedAvif(AvifImagePlugin.AvifImageFile, _Uncopied):
    """An AVIF whose frame stays in the decoder's buffer."""


class PluginFrame(_BufferFrame):
    """A WebP or AVIF frame, or the part of it that a ``crop`` box (left, top, right, bottom) leaves."""

    def __init__(
        self, image: UncopiedWebP | UncopiedAvif, crop: tuple[int, int, int, int] | None = None
    ) -> None:
        self.image = image
        self._stored = image.size
        self._crop = crop or (0, 0, *image.size)
        self.size = self._crop[2] - self._crop[0], self._crop[3] - self._crop[1]
        self.mode = image.mode

    def load(self, target: tuple[int, int]) -> Box:
        """Decode the first frame; neither format decodes at a reduced scale."""
        del target
        self.image.load()
        self._buffer, self._raw_mode = self.image.frame, self.image.raw_mode
        self._stride = self._stored[0] * len(self._raw_mode)
        del self.image
        return (0, 0, *self.size)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows of the part."""
        left, first, right, _ = self._crop
        rows = super().rows(first + top, first + bottom)
        return rows if rows.width == self.size[0] else rows.crop((left, 0, right, rows.height))


class HeifFrame(_BufferFrame):
    """The primary image of a HEIC."""

    def __init__(self, image: pi_heif.HeifImage) -> None:
        self.image: pi_heif.HeifImage | None = image
        self.size = image.size
        self.mode = image.mode

    def load(self, target: tuple[int, int]) -> Box:
        """Decode; libheif has no reduced scale, and applies a crop (clap) to the size only here."""
        del target
        if self.image is None:
            raise ValueError("closed")
        self._buffer, self._stride = memoryview(self.image.data), self.image.stride
        self.mode = self._raw_mode = self.image.mode
        self.size = self._stored = self.image.size
        return (0, 0, *self.size)

    def close(self) -> None:
        """Free the buffer, then its owner: the memory is libheif's."""
        super().close()
        self.image = None


class LimitedFrame:
    """A frame whose decoder may take no more memory than its estimate."""

    def __init__(self, frame: Frame, decoder_bytes: int) -> None:
        self._frame = frame
        self._decoder_bytes = decoder_bytes
        self.size = frame.size  # neither AVIF nor TIFF changes it while decoding
        self.transparency = frame.transparency

    @property
    def missing(self) -> float:
        """Return the share of the image that is missing."""
        return self._frame.missing

    def load(self, target: tuple[int, int]) -> Box:
        """Decode within the memory limit."""
        with limited_memory(self._decoder_bytes):
            return self._frame.load(target)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the decoded rows from ``top`` up to ``bottom``."""
        return self._frame.rows(top, bottom)

    def whole(self) -> Image.Image | None:
        """Return the decoded pixels as one image; ``None`` if they are in a buffer."""
        return self._frame.whole()

    def close(self) -> None:
        """Free the pixels."""
        self._frame.close()


class FirstDecodable:
    """The first of several frames of one scene whose pixels can be decoded."""

    transparency: object = None

    def __init__(self, frames: list[Frame], *, missing: float) -> None:
        self._frames, self._missing = frames, missing
        self.size = frames[0].size

    @property
    def missing(self) -> float:
        """Return the share that is missing of the frame, or of the file that has the frames."""
        return max(self._missing, self._frames[0].missing)

    def load(self, target: tuple[int, int]) -> Box:
        """Decode; give up a damaged frame if there is another."""
        while True:
            try:
                with decoder_errors():
                    box = self._frames[0].load(target)
            except Refused as refused:
                if len(self._frames) == 1 or refused.reason is Reason.TOOK_TOO_LONG:
                    raise
                self._frames.pop(0).close()
            else:
                self.size = self._frames[0].size
                return box

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the decoded rows from ``top`` up to ``bottom``."""
        return self._frames[0].rows(top, bottom)

    def whole(self) -> Image.Image | None:
        """Return the decoded pixels as one image; ``None`` if they are in a buffer."""
        return self._frames[0].whole()

    def close(self) -> None:
        """Free the pixels."""
        self._frames[0].close()
