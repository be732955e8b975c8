"""The benchmark of a batch still speaks the worker's language; what it measures is another day's matter."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.embedded
def test_it_works_through_a_batch_on_the_embedded_aws() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.batch", "--rounds", "1"], capture_output=True, text=True, check=False
    )
    assert ended.stdout, ended.stderr
    figures = json.loads(ended.stdout)
    assert figures["batch_wall_seconds"] > 10 * 0.040
    assert figures["ratio"] == pytest.approx(
        figures["kernel_cpu_seconds"] / figures["batch_wall_seconds"], abs=0.01
    )
