"""ImageMagick's command line: one call for each size with the JPEG decoder's size hint."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

SIDES = (1600, 800, 320)


def main(command: str, photo: str, out: str, repeats: int) -> None:
    """Run and measure; this process is small, so that its children's peak is their own."""
    cpu, wall = [], []
    for _ in range(repeats + 1):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        for side in SIDES:
            box = f"{side}x{side}"
            options = [
                "-limit",
                "thread",
                "1",
                "-define",
                f"jpeg:size={2 * side}x{2 * side}",
                photo,
                "-auto-orient",
            ]
            options += ["-strip", "-thumbnail", f"{box}>", "-quality", "80", str(Path(out) / f"{side}.webp")]
            subprocess.run([command, *options], check=True)  # noqa: S603 - our own command line
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        wall.append(time.perf_counter() - started)
    peak = after.ru_maxrss * 1024
    measured = {"cpu_seconds": cpu[1:], "wall_seconds": wall[1:], "peak_bytes": peak, "idle_bytes": 0}
    print(json.dumps(measured))  # noqa: T201 - the answer to the benchmark


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
