"""Hand-made ICC profiles: three colorants, one curve. Layout: ICC.1:2010, sections 7 to 10."""

from __future__ import annotations

import struct

SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139))
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
GREEN_AND_BLUE_SWAPPED = (SRGB[0], SRGB[2], SRGB[1])


def rgb_profile(
    colorants: tuple[tuple[float, float, float], ...] = DISPLAY_P3,
    gamma: float = 2.2,
    *,
    more: dict[bytes, bytes] | None = None,
) -> bytes:
    """A display profile with the given colorants (XYZ relative to D50) and one gamma for all channels."""
    tags = {
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        **{name: _xyz(*color) for name, color in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)},
        **{name: _gamma(gamma) for name in (b"rTRC", b"gTRC", b"bTRC")},
        **(more or {}),
    }
    return _profile(b"mntrRGB XYZ ", tags)


def gray_profile(gamma: float) -> bytes:
    return _profile(b"mntrGRAYXYZ ", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"kTRC": _gamma(gamma)})


def _profile(kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": b"desc\x00\x00\x00\x00" + struct.pack(">I", 5) + b"test\x00" + bytes(78), **tags}
    at = 128 + 4 + 12 * len(tags)
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        padded = body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", at + len(bodies), len(body))
        bodies += padded
    header = struct.pack(">I4sI", at + len(bodies), b"test", 0x02400000) + kind
    header += (
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    )
    return header.ljust(128, b"\x00") + table + bodies


def _xyz(*values: float) -> bytes:
    return b"XYZ \x00\x00\x00\x00" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _gamma(value: float) -> bytes:
    return b"curv\x00\x00\x00\x00" + struct.pack(">IH", 1, round(value * 256))
