"""The limits for one original."""

from __future__ import annotations

from dataclasses import dataclass

from thumbworker.contract.limits import MAX_ORIGINAL_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of every original, whatever its format.

    ``original_bytes`` is the size of the file, ``pixels`` width times height as the header states them,
    ``side_pixels`` the longer side. ``memory_bytes`` is the peak resident memory of the whole process, idle
    interpreter included, as ``memory_estimate`` computes it before decoding. ``cpu_seconds`` and
    ``wall_seconds`` are soft: they are checked between blocks of the file and between phases, so the
    function's own timeout must leave room for one more phase.
    """

    original_bytes: int = MAX_ORIGINAL_BYTES
    pixels: int = 300_000_000
    side_pixels: int = 65_535
    memory_bytes: int = 500_000_000
    cpu_seconds: float = 8.0
    wall_seconds: float = 25.0


DEFAULT_LIMITS = Limits()
