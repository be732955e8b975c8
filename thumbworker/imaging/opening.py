"""Open an original: its size, orientation and profile from the header, its pixels not yet."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pi_heif
from PIL import AvifImagePlugin, Image, ImageFile, TiffImagePlugin, WebPImagePlugin

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import exif, jpeg, memory, png, webp
from thumbworker.imaging.refusal import Refused
from thumbworker.imaging.sniffing import Format, format_of
from thumbworker.imaging.source import Deadline, open_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from thumbworker.imaging.limits import Limits

__all__ = ["Opened", "decoder_failures", "open_original"]

# One original at a time on one core: more threads only cost memory. Importing the plugins here keeps
# Image.open from importing every plugin there is when it first meets one of these formats.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.options.DECODE_THREADS = 1
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False
_ = (TiffImagePlugin, WebPImagePlugin)

_EOI = b"\xff\xd9"


@dataclass(slots=True)
class Opened:
    """An original whose header has been read and found within the limits.

    ``orientation`` is the EXIF value (1 to 8) that turns the decoded pixels upright;
    ``complete`` is false where the end of the data is known to be missing.
    """

    image: Image.Image
    format: Format
    orientation: int
    tags: exif.Tags
    icc_profile: bytes
    complete: bool = True

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return width and height of the whole original once turned upright, in pixels."""
        width, height = self.image.size
        return (height, width) if self.orientation >= 5 else (width, height)


@contextmanager
def decoder_failures() -> Iterator[None]:
    """Turn whatever a decoder raises for a bad file into one refusal, and its warnings into silence.

    Raises:
        Refused: with ``DAMAGED``, ``TRUNCATED``, ``TOO_MANY_PIXELS`` or ``TOO_COSTLY``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as problem:
        raise Refused(Reason.TOO_MANY_PIXELS, str(problem)) from problem
    except MemoryError as problem:
        raise Refused(Reason.TOO_COSTLY, "out of memory") from problem
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        RuntimeError,
        EOFError,
        LookupError,
        ArithmeticError,
        AttributeError,
        AssertionError,
    ) as problem:
        reason = Reason.TRUNCATED if "truncated" in str(problem) else Reason.DAMAGED
        raise Refused(reason, f"{type(problem).__name__}: {problem}") from problem


def open_original(data: bytes, limits: Limits, deadline: Deadline) -> Opened:
    """Read the header of an original and hold it against the limits before anything is decoded.

    Raises:
        Refused: the file is not a picture that is taken, is damaged, or asks for too much.
    """
    if len(data) > limits.original_bytes:
        raise Refused(Reason.TOO_LARGE, f"{len(data)} bytes")
    found = format_of(data)
    gate = _Gate(limits, len(data))
    with decoder_failures():
        if found is Format.JPEG:
            return _open_jpeg(data, gate, deadline)
        if found is Format.PNG:
            return _open_png(data, gate, deadline)
        if found is Format.HEIF:
            return _open_heif(data, gate)
        return _open_by_pillow(data, found, gate)


@dataclass(frozen=True, slots=True)
class _Gate:
    """The check that every header passes before its pixels are decoded."""

    limits: Limits
    data_bytes: int

    def admit_size(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise Refused(Reason.DAMAGED, f"{width}x{height}")
        if width * height > self.limits.pixels or max(width, height) > self.limits.side_pixels:
            raise Refused(Reason.TOO_MANY_PIXELS, f"{width}x{height}")

    def admit(self, width: int, height: int, decoder_bytes: int) -> None:
        self.admit_size(width, height)
        need = memory.IDLE_BYTES + self.data_bytes + decoder_bytes
        if need > self.limits.memory_bytes:
            raise Refused(Reason.TOO_COSTLY, f"{width}x{height} needs about {need >> 20} MB")


def _open(file: IO[bytes], found: Format) -> ImageFile.ImageFile:
    return Image.open(file, formats=(found.value,))


def _open_jpeg(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    header = jpeg.read_header(data)
    gate.admit(header.width, header.height, memory.of_jpeg(header))
    if header.scans * header.width * header.height > memory.SCANNED_PIXELS_MAXIMUM and header.buffered:
        raise Refused(Reason.TOO_COSTLY, f"{header.scans} scans of {header.width}x{header.height}")
    # An end mark past the real one is never reached; a file that lacks it is shown as browsers show it.
    pieces = (header.head, memoryview(data)[header.scan_offset :], _EOI)
    image = _open(open_pieces(pieces, deadline), Format.JPEG)
    tags = exif.read_tags(header.exif)
    return Opened(image, Format.JPEG, tags.orientation, tags, header.icc_profile, complete=header.ended)


def _open_png(data: bytes, gate: _Gate, deadline: Deadline) -> Opened:
    header = png.read_chunks(data)
    gate.admit(header.width, header.height, memory.of_png(header))
    image = _open(open_pieces(header.pieces, deadline), Format.PNG)
    tags = exif.read_tags(header.exif)
    return Opened(image, Format.PNG, tags.orientation, tags, header.icc_profile)


def _open_heif(data: bytes, gate: _Gate) -> Opened:
    heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    primary = heif[heif.primary_index]
    width, height = primary.size
    gate.admit(width, height, memory.of_heif((width, height), primary.mode))
    # libheif turns the pixels by irot and imir itself; EXIF only repeats that (ISO/IEC 23008-12, 6.5.10).
    tags = exif.read_tags(primary.info.get("exif") or b"")
    profile = primary.info.get("icc_profile") or b""
    return Opened(primary.to_pillow(), Format.HEIF, 1, tags, profile)


def _open_by_pillow(data: bytes, found: Format, gate: _Gate) -> Opened:
    if found is Format.WEBP:
        # Pillow's decoder takes its canvases as soon as it is made: look at the header first.
        size = webp.canvas_size(data)
        gate.admit(*size, memory.of_webp(size))
    image = _open(io.BytesIO(data), found)
    gate.admit(*image.size, memory.of_pillow(image, found, len(data)))
    if found is Format.TIFF:
        tags = exif.read_tags(data)
        orientation = 1  # Pillow's TIFF reader turns the pixels itself
    else:
        tags = exif.read_tags(image.info.get("exif") or b"")
        orientation = tags.orientation
    profile = image.info.get("icc_profile") or b""
    return Opened(image, found, orientation, tags, profile)
