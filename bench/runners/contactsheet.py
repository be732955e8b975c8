"""Contactsheet itself: everything that ``render`` does, fingerprints and metadata included."""

from __future__ import annotations

from dataclasses import replace

from bench.runners import run
from thumbworker.allocator import keep_freed_memory
from thumbworker.contract.policy import CURRENT
from thumbworker.imaging import render

SHAPED = replace(CURRENT, renditions=tuple(spec for spec in CURRENT.renditions if not spec.other_side))


def whole(data: bytes) -> dict[str, bytes]:
    """Return the three renditions that the others make, too: the card is left out."""
    made = render(data, policy=SHAPED).renditions
    return {f"{one.spec.name}.{one.spec.format}": one.data for one in made}


if __name__ == "__main__":
    keep_freed_memory()  # as the worker does
    run({"render": whole})
