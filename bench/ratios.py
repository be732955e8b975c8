"""Ratios of this project to one rival, photo by photo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.measuring import Measured

OURS = "contactsheet"
SIDES = ("1600", "800", "320")


def ratio_to(measured: Iterable[Measured], rivals: Iterable[str]) -> dict[str, Any] | None:
    """Compare with the rival way that spent the least CPU on each photo; ``None`` if none took part.

    Ratios below 1.0, and differences of SSIM above 0, are in this project's favour.
    """
    names = set(rivals)
    by_photo: dict[str, dict[str, Measured]] = {}
    for one in measured:
        by_photo.setdefault(one.photo, {})[one.contender] = one
    pairs = [
        (ways[OURS], min((ways[name] for name in names & ways.keys()), key=lambda way: way.cpu_seconds))
        for ways in by_photo.values()
        if OURS in ways and names & ways.keys()
    ]
    if not pairs:
        return None
    cpu = {ours.photo: ours.cpu_seconds / theirs.cpu_seconds for ours, theirs in pairs}
    sizes = {side: [(o.size_bytes[side], t.size_bytes[side]) for o, t in pairs] for side in SIDES}
    likeness = {side: [o.ssim[side] - t.ssim[side] for o, t in pairs] for side in SIDES}
    return {
        "cpu_geometric_mean": _geometric_mean(cpu.values()),
        "cpu_largest": max(cpu.values()),
        "cpu": cpu,
        "best_way": {theirs.photo: theirs.contender for _, theirs in pairs},
        "bytes_geometric_mean": {s: _geometric_mean(o / t for o, t in sizes[s]) for s in SIDES},
        "bytes_largest": {s: max(o / t for o, t in sizes[s]) for s in SIDES},
        "ssim_mean_difference": {s: sum(likeness[s]) / len(pairs) for s in SIDES},
        "ssim_least_difference": {s: min(likeness[s]) for s in SIDES},
        "peak_bytes_largest": max(o.peak_bytes / t.peak_bytes for o, t in pairs),
    }


def _geometric_mean(values: Iterable[float]) -> float:
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms))
