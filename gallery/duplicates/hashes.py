"""Difference hashes that differ in few bits, found by an index.

A hash of 64 bits is split into four bands of 16. If two hashes differ in at most seven bits, one of their
bands differs in at most one: so it is among the 17 values of that band which an index finds. This is
multi-index hashing (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index Hashing, 2012).
A band takes every fourth bit, because neighboring cells of a picture, such as those of a sky, are alike.
"""

from __future__ import annotations

from typing import NamedTuple

BANDS = 4
BITS_OF_A_BAND = 64 // BANDS
MOST_DIFFERENT = 2 * BANDS - 1
"""Bits. A copy that was made smaller, compressed or brightened differs in up to two, one that was cropped by
a fiftieth in up to six, and other photos in more than twenty: measured with eight photographs."""
LEAST_SAID = 4
"""Bits of the rarer kind. The hash of a picture of one color says nothing, so it is compared with none."""
_SIGN = 2**63


class Hash(NamedTuple):
    """A 64-bit hash as a signed number, which databases store, and its bands."""

    bits: int
    bands: tuple[int, ...]

    def nearby(self, band: int) -> list[int]:
        """Return the 17 values of a band that differ in at most one bit from this hash's."""
        value = self.bands[band]
        return [value, *(value ^ 1 << bit for bit in range(BITS_OF_A_BAND))]

    def is_near(self, bits: int) -> bool:
        """Return whether a hash is of a picture that looks the same."""
        return ((self.bits ^ bits) % 2**64).bit_count() <= MOST_DIFFERENT


def hash_of(dhash: str) -> Hash | None:
    """Return the worker's hash, or ``None`` if there is none or if it says too little.

    >>> hash_of("8000000000000001") is None
    True
    >>> hash_of("f0f0f0f0f0f0f0f0").bands
    (43690, 43690, 43690, 43690)
    """
    value = int(dhash or "0", 16)
    if not LEAST_SAID <= value.bit_count() <= 64 - LEAST_SAID:
        return None
    bands = tuple(
        sum((value >> (BANDS * bit + band) & 1) << bit for bit in range(BITS_OF_A_BAND))
        for band in range(BANDS)
    )
    return Hash(value - 2 * _SIGN if value >= _SIGN else value, bands)
