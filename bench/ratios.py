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
    """Compare with the best way of the rivals; ``None`` if none took part.

    CPU and memory are compared with the way that spent the least CPU on each photo. What is made is compared
    with the way that spent the least over all photos: it is a setting, which is made once.

    Ratios below 1.0, and differences of similarity above 0, are in this project's favor.
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
    usual = _cheapest([ways for ways in by_photo.values() if OURS in ways], names)
    made = [(ways[OURS], ways[usual]) for ways in by_photo.values() if OURS in ways and usual in ways]
    cpu = {ours.photo: ours.cpu_seconds / theirs.cpu_seconds for ours, theirs in pairs}
    memory = {ours.photo: ours.peak_bytes / theirs.peak_bytes for ours, theirs in pairs}
    return {
        "photos": len(pairs),
        "cpu": {**_spread(cpu), "by_photo": cpu},
        "memory": {**_spread(memory), "by_photo": memory},
        "bytes": {
            side: _spread({o.photo: o.size_bytes[side] / t.size_bytes[side] for o, t in made})
            for side in SIDES
        },
        "ssim": {side: _difference([o.ssim[side] - t.ssim[side] for o, t in made]) for side in SIDES},
        "ssimulacra2": {
            side: _difference(
                [
                    o.ssimulacra2[side] - t.ssimulacra2[side]
                    for o, t in made
                    if side in o.ssimulacra2 and side in t.ssimulacra2
                ]
            )
            for side in SIDES
        },
        "usual_way": usual,
        "best_way": {theirs.photo: theirs.contender for _, theirs in pairs},
    }


def _cheapest(photos: list[dict[str, Measured]], names: set[str]) -> str:
    """Return the way with the least geometric mean of CPU over the photos that most ways could read."""
    able = max((names & ways.keys() for ways in photos), key=len)
    shared = [ways for ways in photos if able <= ways.keys()]
    return min(sorted(able), key=lambda name: sum(math.log(ways[name].cpu_seconds) for ways in shared))


def means(measured: Iterable[Measured]) -> dict[str, dict[str, Any]]:
    """Return what each contender made and held on average, by contender: bytes, similarity, memory."""
    by_contender: dict[str, list[Measured]] = {}
    for one in measured:
        by_contender.setdefault(one.contender, []).append(one)
    found: dict[str, dict[str, Any]] = {"bytes": {}, "ssim": {}, "ssimulacra2": {}, "memory": {}}
    for name, ones in by_contender.items():
        found["bytes"][name] = {side: round(_mean(one.size_bytes[side] for one in ones)) for side in SIDES}
        found["ssim"][name] = {side: _mean(one.ssim[side] for one in ones) for side in SIDES}
        found["ssimulacra2"][name] = {
            side: _mean(scores)
            for side in SIDES
            if (scores := [one.ssimulacra2[side] for one in ones if side in one.ssimulacra2])
        }
        found["memory"][name] = {"largest": max(one.peak_bytes for one in ones)}
    return found


def _spread(ratios: dict[str, float]) -> dict[str, float]:
    logarithms = [math.log(value) for value in ratios.values()]
    return {
        "geometric_mean": math.exp(sum(logarithms) / len(logarithms)),
        "largest": max(ratios.values()),
    }


def _difference(values: list[float]) -> dict[str, float] | None:
    return {"mean": _mean(values), "least": min(values)} if values else None


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
