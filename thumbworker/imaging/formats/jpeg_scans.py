"""Find the scans of a JPEG by its markers, without decoding.

Layout: ITU-T T.81, annex B. In entropy-coded data a byte FF is followed by 00; any other code is a marker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from thumbworker.imaging.formats.jpeg import JpegHeader

_SOS, _EOI = 0xDA, 0xD9
_BETWEEN_SCANS = {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)}

_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_END_WITH_RESTARTS = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
"""At a restart libjpeg looks past reserved markers (``jpeg_resync_to_restart``)."""

_MAX_SCANS = 2_000
"""Every coefficient of four components, bit by bit, would be 3,300; encoders write 10 to 20."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan: its components by number, its band of coefficients, its bits, and where its data is.

    ``refines``: an earlier scan sent the band's higher bits. ``low_bit`` is the lowest bit that is sent.
    """

    components: tuple[int, ...]
    first: int
    last: int
    refines: bool
    low_bit: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scans:
    """All scans; ``ended``: the end marker follows the last one."""

    scans: tuple[Scan, ...]
    ended: bool

    @property
    def end(self) -> int:
        """Return where the data of the last scan ends."""
        return self.scans[-1].end


def read_scans(data: bytes, header: JpegHeader) -> Scans:
    """Return the scans up to the end marker, or up to where the file stops being a JPEG.

    Raises:
        Refused: there is no valid scan, or there are more than any encoder writes.
    """
    scans: list[Scan] = []
    marker, at = _marker(data, header.scan_offset)
    while marker == _SOS or (scans and marker in _BETWEEN_SCANS):
        after = at + int.from_bytes(data[at : at + 2], "big")
        if marker == _SOS:
            scan = _scan(data, at, after, header)
            if scan is None:
                break
            scans.append(scan)
            after = scan.end
        marker, at = _marker(data, after)
        if not header.buffered:
            break
        if len(scans) > _MAX_SCANS:
            raise Refused(Reason.TOO_MANY_PARTS, f"more than {_MAX_SCANS} scans")
    if not scans:
        raise Refused(Reason.TRUNCATED, "no scan is complete")
    return Scans(tuple(scans), ended=marker == _EOI)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the code of the marker at a position, 0 if there is none, and where its segment starts."""
    if data[at : at + 1] != b"\xff":
        return 0, at
    while data[at : at + 1] == b"\xff":
        at += 1
    return (data[at] if at < len(data) else 0), at + 1


def _scan(data: bytes, at: int, start: int, header: JpegHeader) -> Scan | None:
    """Return the scan with the header at a position; ``None`` if that is invalid."""
    payload = data[at + 2 : start]
    numbers = {component.identifier: number for number, component in enumerate(header.components)}
    count = payload[0] if payload else 0
    if start > len(data) or not 1 <= count <= 4 or len(payload) < 4 + 2 * count:
        return None
    chosen = tuple(numbers.get(identifier, -1) for identifier in payload[1 : 1 + 2 * count : 2])
    first, last, bits = payload[1 + 2 * count : 4 + 2 * count]
    if not header.progressive:
        first, last, bits = 0, 63, 0
    if -1 in chosen or not first <= last <= 63:
        return None
    found = (_END_WITH_RESTARTS if header.restart_interval else _END).search(data, start)
    end = found.start() if found else len(data)
    if data[end - 1] == 0xFF:  # a marker may be preceded by any number of these
        end = start + len(data[start:end].rstrip(b"\xff"))
    return Scan(chosen, first, last, bits >> 4 > 0, bits & 15, start, end)
