"""Read the header of a JPEG without its decoder.

Pillow joins all EXIF and ICC segments and follows the index of a multi-picture file. Here they are bounded,
and the decoder gets a header with only the segments that decoding needs.
Segment layout: ITU-T T.81, annex B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

_SOF_TAKEN = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
"""Baseline, extended, progressive, and the last two with arithmetic coding."""

_SOF_REFUSED = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
"""Lossless and hierarchical: unsupported by browsers and by scaled decoding."""

_PROGRESSIVE = {0xC2, 0xCA}
_ARITHMETIC = {0xC9, 0xCA}
_NEEDED = {0xC4, 0xCC, 0xDB, 0xDD, 0xE0, 0xEE} | _SOF_TAKEN
_APP1, _APP2, _DRI, _SOS, _EOI = 0xE1, 0xE2, 0xDD, 0xDA, 0xD9
_EXIF = b"Exif\x00\x00"
_ICC = b"ICC_PROFILE\x00"

_BLOCK_PIXELS = 64


class Component(NamedTuple):
    """A component's identifier and its sampling factors."""

    identifier: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """The segments before the first scan.

    ``buffered``: the decoder needs all coefficients in memory, because the image is progressive or each
    component has its own scan. ``restart_interval`` is counted in units (MCUs), 0 for none. ``scan_offset``
    is where the first scan's header starts.
    """

    width: int
    height: int
    components: tuple[Component, ...]
    buffered: bool
    progressive: bool
    arithmetic: bool
    restart_interval: int
    exif: bytes
    icc_profile: bytes
    head: bytes
    scan_offset: int

    @property
    def factors(self) -> tuple[int, int]:
        """Return the largest sampling factors: across and down."""
        return max(c.across for c in self.components), max(c.down for c in self.components)

    @property
    def samples_per_pixel(self) -> float:
        """Return the samples of all components for each pixel: 3.0 for 4:4:4, 1.5 for 4:2:0."""
        across, down = self.factors
        return sum(c.across * c.down for c in self.components) / (across * down)

    def bytes_needed(self) -> int:
        """Return the least size of the scans in bytes: one bit of Huffman code for the mean of each block."""
        if self.arithmetic:
            return 0
        return int(self.samples_per_pixel * self.width * self.height / _BLOCK_PIXELS / 8)


def read_header(data: bytes) -> JpegHeader:
    """Read all segments up to the first scan.

    Raises:
        Refused: there is no frame or scan, or the coding is unsupported.
    """
    head = [data[:2]]
    exif = b""
    icc: dict[int, bytes] = {}
    frame: tuple[int, bytes] | None = None
    at = 2
    while True:
        marker, start, end = _next_segment(data, at)
        payload = data[start + 2 : end]
        if marker in _SOF_REFUSED:
            raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"JPEG coding 0x{marker:02x}")
        if marker == _SOS:
            if frame is None:
                _damaged("a scan before any frame")
            return _describe(
                frame,
                payload,
                restart_interval=_restart_interval(head),
                head=b"".join(head),
                exif=exif,
                icc_profile=b"".join(icc[number] for number in sorted(icc)),
                scan_offset=start - 2,
            )
        if marker in _SOF_TAKEN:
            if frame is not None:
                _damaged("a second frame")
            frame = marker, payload
        elif marker == _APP1 and not exif and payload.startswith(_EXIF):
            exif = payload[len(_EXIF) :]  # browsers use the first one
        elif marker == _APP2 and payload.startswith(_ICC) and len(payload) > len(_ICC) + 2:
            icc.setdefault(payload[len(_ICC)], payload[len(_ICC) + 2 :])
        if marker in _NEEDED:
            head.append(data[start - 2 : end])
        at = end


def _restart_interval(segments: list[bytes]) -> int:
    found = [segment for segment in segments if segment[1:2] == bytes((_DRI,))]
    return int.from_bytes(found[-1][4:6], "big") if found else 0


def _next_segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the marker at or after ``at``, where its length field starts and where it ends."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 3 >= len(data):
            raise Refused(Reason.TRUNCATED, "the JPEG header has no end")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in {0, 1} or 208 <= marker <= 216:
            at += 2  # stuffing, and markers without a length
        elif marker == _EOI:
            _damaged("a JPEG without a scan")
        else:
            break
    start = at + 2
    length = int.from_bytes(data[start : start + 2], "big")
    if length < 2:
        _damaged(f"segment 0x{marker:02x} of length {length}")
    return marker, start, start + length


def _describe(
    frame: tuple[int, bytes],
    scan: bytes,
    *,
    restart_interval: int,
    head: bytes,
    exif: bytes,
    icc_profile: bytes,
    scan_offset: int,
) -> JpegHeader:
    marker, payload = frame
    if len(payload) < 6 or len(payload) < 6 + 3 * payload[5]:
        _damaged("a frame that is cut short")
    if payload[0] != 8:
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"JPEG of {payload[0]} bits")
    count = payload[5]
    components = tuple(
        Component(payload[at], payload[at + 1] >> 4, payload[at + 1] & 15)
        for at in range(6, 6 + 3 * count, 3)
    )
    if count not in {1, 3, 4} or not all(1 <= c.across <= 4 and 1 <= c.down <= 4 for c in components):
        _damaged(f"sampling {components}")
    return JpegHeader(
        width=int.from_bytes(payload[3:5], "big"),
        height=int.from_bytes(payload[1:3], "big"),
        components=components,
        buffered=marker in _PROGRESSIVE or not scan or scan[0] < count,
        progressive=marker in _PROGRESSIVE,
        arithmetic=marker in _ARITHMETIC,
        restart_interval=restart_interval,
        exif=exif,
        icc_profile=icc_profile,
        head=head,
        scan_offset=scan_offset,
    )


def _damaged(detail: str) -> NoReturn:
    raise Refused(Reason.DAMAGED, detail)
