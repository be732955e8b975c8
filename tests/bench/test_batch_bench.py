"""The benchmark of a batch runs with the worker as it is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.embedded
def test_batch__is_measured_on_the_embedded_aws() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.batch", "--rounds", "1", "--width", "1600"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    figures = json.loads(ended.stdout)
    assert figures["batch_wall_seconds"] > 10 * 0.040
    assert figures["ratio"] == pytest.approx(
        figures["kernel_cpu_seconds"] / figures["batch_wall_seconds"], abs=0.01
    )
    kernel, wall = figures["kernel_cpu_seconds"], figures["batch_wall_seconds"]
    # What no order can put work beside: one GET, one PUT and one HEAD of 40 ms.
    assert figures["ratio_at_best"] == pytest.approx(kernel / (kernel + 0.12), abs=0.01)
    assert figures["overlap"] == pytest.approx(kernel / (wall - 0.12), abs=0.01)
