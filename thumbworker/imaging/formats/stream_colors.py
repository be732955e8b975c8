"""Read the code points of color in the headers of AV1 and HEVC, for files without a ``colr`` box.

Syntax: AV1 specification, 5.5 (sequence header); ITU-T H.265, 7.3.2.2 (SPS) and E.2.1 (VUI). Reads are
limited to a few kilobytes, and so is each loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from thumbworker.imaging.colorimetry import SRGB, of_code_points

if TYPE_CHECKING:
    from thumbworker.imaging.colorimetry import ColorSpace

_HEADER_BYTES = 4096
_MOST_SETS, _MOST_PICTURES = 64, 16
_SPS = 33
_OBU_SEQUENCE = 1
_ANY_ASPECT = 255
_BY_CHOICE = 2


_VIDEO_PRIMARIES, _VIDEO_TRANSFERS = {5, 6}, {1, 6}


class CodePoints(NamedTuple):
    """Primaries, transfer function and matrix by ITU-T H.273."""

    primaries: int
    transfer: int
    matrix: int

    def space(self) -> ColorSpace | None:
        """Return the color space.

        BT.601 in the header of a still is what Android's encoders state for its data space JFIF. Such images
        are in sRGB, as JPEGs are.
        """
        if self.primaries in _VIDEO_PRIMARIES and self.transfer in _VIDEO_TRANSFERS:
            return SRGB
        return of_code_points(self.primaries, self.transfer)


class _Bits:
    """Bits of a header."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def read(self, count: int = 1) -> int:
        """Return the next bits as a number; raise ``ValueError`` beyond the end."""
        self._left -= count
        if self._left < 0:
            raise ValueError("the header ends early")
        return self._value >> self._left & ((1 << count) - 1)

    def exponential(self) -> int:
        """Return a number in Exp-Golomb code (H.265, 9.2) or AV1's uvlc (4.10.3)."""
        zeros = 0
        while not self.read():
            zeros += 1
            if zeros > 32:
                raise ValueError("a number without end")
        return (1 << zeros) - 1 + self.read(zeros)


def of_av1(obus: bytes) -> CodePoints | None:
    """Return the code points of the first sequence header in some OBUs; ``None`` if it has none."""
    at = 0
    while at + 2 < min(len(obus), _HEADER_BYTES):
        header = obus[at]
        at += 2 if header & 4 else 1
        size = len(obus) - at
        if header & 2:
            size = shift = 0
            while at < len(obus) and shift < 35:
                size |= (obus[at] & 0x7F) << shift
                at, shift = at + 1, shift + 7
                if obus[at - 1] < 0x80:
                    break
        if header >> 3 & 15 == _OBU_SEQUENCE:
            try:
                return _in_sequence_header(_Bits(obus[at : at + min(size, _HEADER_BYTES)]))
            except ValueError:
                return None
        at += size
    return None


def _in_sequence_header(bits: _Bits) -> CodePoints | None:
    profile, _, reduced = bits.read(3), bits.read(), bits.read()
    if reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    bits.read(width_bits + height_bits)
    if not reduced and bits.read():  # frame ids
        bits.read(7)
    bits.read(3)
    if not reduced:
        _skip_tools(bits)
    bits.read(3)
    high = bits.read()
    if profile == 2 and high:
        bits.read()
    if profile != 1:
        bits.read()  # monochrome
    return CodePoints(bits.read(8), bits.read(8), bits.read(8)) if bits.read() else None


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.read():  # timing
        bits.read(64)
        if bits.read():
            bits.exponential()
        if bits.read():  # decoder model
            delay_bits = bits.read(5) + 1
            bits.read(42)
    delayed = bits.read()
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read()
        if delay_bits and bits.read():
            bits.read(2 * delay_bits + 1)
        if delayed and bits.read():
            bits.read(4)


def _skip_tools(bits: _Bits) -> None:
    bits.read(4)
    order_hint = bits.read()
    if order_hint:
        bits.read(2)
    screen_content = _BY_CHOICE if bits.read() else bits.read()
    if screen_content and not bits.read():
        bits.read()
    if order_hint:
        bits.read(3)


def of_hevc(configuration: bytes) -> CodePoints | None:
    """Return the code points of the first SPS in the content of an ``hvcC`` box (ISO/IEC 14496-15, 8.3.3)."""
    at = 23
    for _ in range(configuration[22] if len(configuration) > at else 0):
        kind, count = configuration[at] & 63 if at < len(configuration) else 0, configuration[at + 1 : at + 3]
        at += 3
        for _ in range(int.from_bytes(count, "big")):
            size = int.from_bytes(configuration[at : at + 2], "big")
            if at + 2 >= len(configuration):
                return None
            if kind == _SPS:
                unit = configuration[at + 2 : at + 2 + min(size, _HEADER_BYTES)]
                try:
                    return _in_sps(_Bits(unit[2:].replace(b"\x00\x00\x03", b"\x00\x00")))
                except ValueError:
                    return None
            at += 2 + size
    return None


def _in_sps(bits: _Bits) -> CodePoints | None:
    bits.read(4)
    layers = bits.read(3)
    bits.read(1 + 96)
    if layers:
        present = [bits.read(2) for _ in range(8)][:layers]
        for flags in present:
            bits.read(88 * (flags >> 1) + 8 * (flags & 1))
    bits.exponential()
    if bits.exponential() == 3:
        bits.read()
    _skip_numbers(bits, 2)
    if bits.read():
        _skip_numbers(bits, 4)
    _skip_numbers(bits, 2)
    order_bits = bits.exponential() + 4
    _skip_numbers(bits, 3 * (layers + 1 if bits.read() else 1))
    _skip_numbers(bits, 6)
    if bits.read() and bits.read():
        _skip_scaling_lists(bits)
    bits.read(2)
    if bits.read():  # PCM
        bits.read(8)
        _skip_numbers(bits, 2)
        bits.read()
    _skip_reference_sets(bits)
    if bits.read():
        for _ in range(min(bits.exponential(), 32)):
            bits.read(min(order_bits, 16) + 1)
    bits.read(2)
    return _in_vui(bits) if bits.read() else None


def _in_vui(bits: _Bits) -> CodePoints | None:
    if bits.read() and bits.read(8) == _ANY_ASPECT:
        bits.read(32)
    if bits.read():
        bits.read()
    if not bits.read():
        return None
    bits.read(4)
    return CodePoints(bits.read(8), bits.read(8), bits.read(8)) if bits.read() else None


def _skip_numbers(bits: _Bits, count: int) -> None:
    for _ in range(count):
        bits.exponential()


def _skip_scaling_lists(bits: _Bits) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if bits.read():
                _skip_numbers(bits, min(64, 1 << (4 + 2 * size)) + (size > 1))
            else:
                bits.exponential()


def _skip_reference_sets(bits: _Bits) -> None:
    pictures = 0
    for number in range(min(bits.exponential(), _MOST_SETS)):
        if number and bits.read():
            bits.read()
            bits.exponential()
            pictures = sum(bool(bits.read() or bits.read()) for _ in range(pictures + 1))
        else:
            pictures = min(bits.exponential(), _MOST_PICTURES) + min(bits.exponential(), _MOST_PICTURES)
            for _ in range(pictures):
                bits.exponential()
                bits.read()
