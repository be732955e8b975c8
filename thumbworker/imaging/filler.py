"""Find stretches that no compressed data contains: zeros and other constant bytes, and text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRETCH_BYTES = 64
"""Compressed data is 64 times below 128 in a row once in 10^19."""

_LETTERS = 10
_SAMPLES = 128
"""A stretch of a hundredth of the data holds a sample."""

_PERIODS = range(2, 8)
"""After how many bytes the code of a flat part may repeat."""

_MAX_STRETCHES = 4
_TEXT = re.compile(rb"[\x00-\x7f]*")


def fillers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the first few long stretches between two positions.

    The byte at the start may still be data that looks the same.
    """
    step = max(_STRETCH_BYTES, (end - start) // _SAMPLES)
    found, at = 0, start
    while at + _STRETCH_BYTES <= end and found < _MAX_STRETCHES:
        kind = _kind(data[at : at + _STRETCH_BYTES])
        if kind is None:
            at += step
        else:
            first = at - _length(kind, data[max(start, at - step) : at][::-1])
            at += _length(kind, data[at:end])
            found += 1
            yield first, at


def _kind(sample: bytes) -> re.Pattern[bytes] | None:
    """Return the bytes that a stretch may consist of, by a sample of it."""
    if sample.count(sample[0]) == len(sample):
        return re.compile(b"[" + re.escape(sample[:1]) + b"]*")
    is_text = sample.isascii() and len(set(sample)) >= _LETTERS and not _is_periodic(sample)
    return _TEXT if is_text else None


def _is_periodic(sample: bytes) -> bool:
    """Return whether more than half of it repeats, as flat parts of a picture do, perhaps all below 128."""
    return any(sum(map(int.__eq__, sample, sample[period:])) > len(sample) // 2 for period in _PERIODS)


def _length(kind: re.Pattern[bytes], data: bytes) -> int:
    found = kind.match(data)
    return found.end() if found else 0
