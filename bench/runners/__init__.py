"""One script for each contender: ``SCRIPT WAY PHOTO OUT REPEATS``, one JSON object on standard output.

``cpu_seconds`` and ``wall_seconds`` hold one number a repeat, after one that is not counted;
``peak_bytes`` and ``idle_bytes`` are resident memory at its highest and before the first photo.
Renditions of 1600, 800 and 320 pixels are left in OUT as ``<side>.<extension>``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = (1600, 800, 320)


def resident_bytes() -> int:
    """Return this process's highest resident memory so far.

    ``ru_maxrss`` would do, but counts the parent's memory in where the parent is larger.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """Return the size within a square of ``side``, rounded as this project rounds."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def run(ways: dict[str, Callable[[bytes], dict[str, bytes]]]) -> None:
    """Time one way on one photo as the command line says, and print what was measured."""
    way, photo, out, repeats = sys.argv[1:5]
    data = Path(photo).read_bytes()
    idle = resident_bytes()
    render = ways[way]
    render(data)
    cpu, wall = [], []
    for _ in range(int(repeats)):
        started = time.process_time(), time.perf_counter()
        made = render(data)
        cpu.append(time.process_time() - started[0])
        wall.append(time.perf_counter() - started[1])
    for name, rendition in made.items():
        (Path(out) / name).write_bytes(rendition)
    measured = {"cpu_seconds": cpu, "wall_seconds": wall, "peak_bytes": resident_bytes(), "idle_bytes": idle}
    print(json.dumps(measured))  # noqa: T201 - the answer to the benchmark
