"""What the worker is willing to spend on one original."""

from __future__ import annotations

from dataclasses import dataclass

from thumbworker.contract.limits import MAX_ORIGINAL_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold for every original, whatever its format.

    ``original_bytes`` is the size of the file, ``pixels`` width times height as the header claims
    them, ``side_pixels`` the longer side. ``memory_bytes`` bounds the resident memory of the whole
    process at its peak, the idle interpreter included, as ``memory`` estimates it before anything is decoded.
    ``cpu_seconds`` and ``wall_seconds`` are soft: they are looked at between blocks of the file and
    between phases, so the function's own timeout must leave room for one more phase.
    """

    original_bytes: int = MAX_ORIGINAL_BYTES
    pixels: int = 100_000_000
    side_pixels: int = 65_535
    memory_bytes: int = 500_000_000
    cpu_seconds: float = 8.0
    wall_seconds: float = 25.0


DEFAULT_LIMITS = Limits()
