"""Contactsheet itself: everything that ``render`` does, fingerprints and metadata included."""

from __future__ import annotations

from bench.runners import run
from thumbworker.allocator import keep_freed_memory
from thumbworker.imaging import render


def whole(data: bytes) -> dict[str, bytes]:
    """Return the renditions of the current policy."""
    return {f"{made.spec.name}.{made.spec.format}": made.data for made in render(data).renditions}


if __name__ == "__main__":
    keep_freed_memory()  # as the worker does
    run({"render": whole})
