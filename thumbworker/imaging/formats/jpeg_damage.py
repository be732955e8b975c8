"""Measure how much of a JPEG is missing.

The decoder fills what is missing with gray and says nothing, and a picture may be gray itself. So the decoder
is asked in another way: random bytes (a dye) are put behind the data, and the first pixel that they change
is where the data ends. This holds for each way of coding, and costs two decodings at an eighth of the size.

An intact file pays for neither. While a sequential JPEG is decoded, its last sixteen bytes are held back: its
last row may be complete only after them. Its last corner is gray only if the data ended early, or by chance.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import damage
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.filler import fillers
from thumbworker.imaging.formats.jpeg_decoder import BLOCK_BYTES, EOI, ScaledJpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thumbworker.imaging.formats.jpeg import JpegHeader
    from thumbworker.imaging.formats.jpeg_scans import Scan, Scans
    from thumbworker.imaging.source import Deadline

HELD_BYTES = 16
"""More than the 8 bytes that libjpeg reads ahead."""

_DYE = hashlib.shake_128(b"dye").digest(256).replace(b"\xff", b"")
_FILL = {127, 128}
"""The decoder's gray, and the same inverted in CMYK."""

_SPARE_BYTES = 2048
"""What may be left over after a whole picture: there is hardly ever no marker in as many random bytes."""

_TRACE = 0.001
"""The share that stands for missing detail."""

_MAX_COARSE_BITS = 1
"""How many of a coefficient's bits may be missing."""

_MAX_DETAIL_BYTES = 350_000_000
"""The most memory for a look at a progressive JPEG at half its size."""

_RESTARTS = bytes(range(0xD0, 0xD8))
_CODES = re.compile(rb"\xff([\x01-\xfe])")


@dataclass(frozen=True, slots=True)
class CodedJpeg:
    """A JPEG before it is decoded."""

    data: bytes
    header: JpegHeader
    scans: Scans
    deadline: Deadline

    def first_header(self) -> bytes:
        """Return what comes before the first scan's data."""
        return self.header.head + self.data[self.header.scan_offset : self.scans.scans[0].start]

    def pieces(self, end: int, *more: bytes) -> Iterator[bytes | memoryview]:
        """Yield the header, the scans up to ``end``, and more bytes."""
        coded = memoryview(self.data)[self.header.scan_offset : end]
        if self.header.arithmetic:
            yield b"".join((self.header.head, coded, *more))  # its decoder can't wait for more
        else:
            yield self.header.head
            yield coded
            yield from more

    @property
    def block_bytes(self) -> int:
        """Return how many bytes the decoder takes at once."""
        return 2 * len(self.data) if self.header.arithmetic else BLOCK_BYTES


class Suspicion:
    """Notices during decoding that the data of a sequential JPEG may not fit its size."""

    def __init__(self, image: ScaledJpeg) -> None:
        self._image = image
        self.left_over = False

    def watched(self, coded: CodedJpeg) -> Iterator[bytes | memoryview]:
        """Yield all pieces; look at the last row before the last few bytes."""
        image, end = self._image, coded.scans.end
        held = max(coded.scans.scans[0].start, end - HELD_BYTES)
        pieces = coded.pieces(held)
        yield next(pieces)
        last_row = (0, image.height - 1, min(8, image.width), image.height)
        mark = _marking(image, last_row)
        image.paste(mark, last_row)
        self.left_over = True  # unless the decoder asks for more than this
        yield from pieces
        self.left_over = image.crop(last_row).tobytes() != mark.tobytes()
        yield memoryview(coded.data)[held:end]
        yield EOI

    def raised(self) -> bool:
        """Return whether the decoded image needs a closer look."""
        corner = self._image.getpixel((self._image.width - 1, self._image.height - 1))
        levels = corner if isinstance(corner, tuple) else (corner,)
        return self.left_over or all(level in _FILL for level in levels)


def require_most(coded: CodedJpeg, missing: float) -> float:
    """Return the missing share if it is small.

    Raises:
        Refused: too much is missing.
    """
    reason = Reason.DAMAGED if coded.scans.ended else Reason.TRUNCATED
    return damage.require_most(missing, reason, f"{len(coded.scans.scans)} scans")


def missing_of_sequence(coded: CodedJpeg, *, left_over: bool) -> float:
    """Return the missing share of a sequential JPEG whose components are in one scan.

    Raises:
        Refused: more than a twentieth of the data belongs to no pixel, so it is not this picture's.
    """
    scan = coded.scans.scans[0]
    whole = _reach(coded, scan, scan.end)
    if whole == 1 and not left_over:
        return 0.0
    missing, explained = 1 - whole, False
    for start, end in fillers(coded.data, scan.start, scan.end):
        explained = True
        missing += (whole if end == scan.end else _reach(coded, scan, end)) - _reach(coded, scan, start + 1)
    spare = max(_SPARE_BYTES, int(damage.MAX_MISSING_SHARE * (scan.end - scan.start)))
    if left_over and not explained and _reach(coded, scan, max(scan.start, scan.end - spare)) == 1:
        raise Refused(Reason.DAMAGED, "more data than the picture takes")
    return missing


def missing_of_intervals(coded: CodedJpeg) -> float:
    """Return the share of restart intervals that are missing or cut by another marker."""
    scan = coded.scans.scans[0]
    across, down = _unit(coded.header, scan)
    header = coded.header
    units = -int(-header.width // (8 * across)) * -int(-header.height // (8 * down))
    expected = -(-units // header.restart_interval)
    coded_data = memoryview(coded.data)[scan.start : scan.end]
    codes = b"".join(_CODES.findall(coded_data))
    if len(codes) == expected - 1 and not codes.translate(None, _RESTARTS):
        return 0.0
    sound, start, cut = 0.0, 0, 0  # cut: where another marker ends the interval early
    for found in [*_CODES.finditer(coded_data), None]:
        at = found.start() if found else len(coded_data)
        if found and found[1] not in _RESTARTS:
            cut = cut or at
            continue
        sound += ((cut or at) - start) / max(1, at - start)
        start, cut = at + 2, 0
    return max(0.0, expected - sound) / expected


def missing_of_scans(coded: CodedJpeg) -> float:
    """Return the missing share of a JPEG of several scans, by the coefficient that lacks most.

    Only refinements may be missing entirely: every coefficient needs its first scan.
    """
    count = len(coded.header.components)
    missing = [[1.0] * 64 for _ in range(count)]
    low_bit = [[0] * 64 for _ in range(count)]
    trace = False
    for scan in coded.scans.scans:
        share = _missing_of_scan(coded, scan)
        trace = trace or share > 0
        for component in scan.components:
            for coefficient in range(scan.first, scan.last + 1):
                if not scan.refines:
                    missing[component][coefficient] = share
                elif low_bit[component][coefficient] != scan.low_bit + 1:
                    trace = True  # a refinement between this and the one before is lost
                if not scan.refines or share <= damage.MAX_MISSING_SHARE:
                    low_bit[component][coefficient] = scan.low_bit
    worst = max(max(shares) for shares in missing)
    coarsest = max(max(bits) for bits in low_bit)
    if coarsest > _MAX_COARSE_BITS:
        return 1.0
    return worst or (_TRACE if coarsest or trace else 0.0)


def _missing_of_scan(coded: CodedJpeg, scan: Scan) -> float:
    """Return the missing share of a scan's blocks."""
    last = scan is coded.scans.scans[-1]
    if scan.refines and (not last or (coded.scans.ended and not scan.low_bit)):
        return 0.0
    filler = next(fillers(coded.data, scan.start, scan.end), None)
    if filler is None and not last:
        return 0.0
    whole = _reach(coded, scan, scan.end)
    # The data of a smooth picture may contain what looks like a filler: then every byte is needed.
    if filler and (whole < 1 or _reach(coded, scan, scan.end - HELD_BYTES) == 1):
        whole = _reach(coded, scan, filler[0] + 1)
    return 1 - whole


def _reach(coded: CodedJpeg, scan: Scan, at: int) -> float:
    """Return which share of a scan the data before ``at`` holds: 1.0 if what follows changes no pixel."""
    if scan.first:
        pixels = coded.header.width * coded.header.height
        if (2 * coded.header.samples_per_pixel + 1.25) * pixels > _MAX_DETAIL_BYTES:
            return 0.0
    while at > scan.start and coded.data[at - 1] == 0xFF:
        at -= 1  # with what follows it would be a marker
    eighths = 4 if scan.first else 1  # an eighth shows only the mean of each block
    plain = _decoded(coded, scan, eighths, at, EOI)
    try:
        dyed = _decoded(coded, scan, eighths, at, *_dye(coded, scan, at), EOI)
    except OSError:
        return 0.0  # the decoder took it for data, and gave up
    changed = ImageChops.difference(plain, dyed)
    box = changed.getbbox()
    if box is None:
        return 1.0
    across, down = _unit(coded.header, scan)
    width, height = across * eighths, down * eighths
    row = int(box[1] / height)
    band = changed.crop((0, int(row * height), changed.width, int((row + 1) * height) + 1)).getbbox() or box
    columns, rows = -(-changed.width // width), -(-changed.height // height)
    return (row + int(band[0] / width) / columns) / rows


def _decoded(coded: CodedJpeg, scan: Scan, eighths: int, at: int, *more: bytes) -> Image.Image:
    """Return the channel that shows a scan's component, decoded from the data before ``at``."""
    image = ScaledJpeg(coded.first_header())
    image.scale(eighths)
    image.feed(coded.pieces(at, *more), coded.deadline, coded.block_bytes)
    if image.mode == "L":
        return image
    return image.getchannel((1, 2, 0, 3)[scan.components[0]] if len(scan.components) == 1 else 1)


def _unit(header: JpegHeader, scan: Scan) -> tuple[float, float]:
    """Return width and height of what a scan codes at a time, in blocks of eight pixels."""
    across, down = header.factors
    if len(scan.components) > 1:
        return across, down
    component = header.components[scan.components[0]]
    return across / component.across, down / component.down


def _dye(coded: CodedJpeg, scan: Scan, at: int) -> tuple[bytes, ...]:
    """Return bytes that change the rest of a scan, with the restart markers that its decoder waits for."""
    if not coded.header.restart_interval:
        return (_DYE,)
    places = [coded.data.rfind(bytes((0xFF, code)), scan.start, at) for code in _RESTARTS]
    number = places.index(max(places)) + 1 if max(places) >= 0 else 0
    return tuple(_DYE + bytes((0xFF, _RESTARTS[(number + more) % 8])) for more in range(4))


def _marking(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Return pixels that no decoder leaves in a box."""
    size = box[2] - box[0], box[3] - box[1]
    return Image.frombytes(image.mode, size, _DYE[: size[0] * size[1] * len(image.getbands())])
