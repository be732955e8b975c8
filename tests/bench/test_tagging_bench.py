"""The benchmark of tagging beside browsing tags all photos, and compares what pages took meanwhile."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench import tagging
from infra.worker_zip import PROJECT


def test_ratio__is_that_of_the_slow_pages() -> None:
    figures = {
        "idle": [10.0] * 90 + [40.0] * 10,
        "busy": [10.0] * 90 + [80.0] * 10,
        "tagged": 100,
        "tagging_seconds": 4.0,
    }
    assert tagging.ratio(figures) == 2.0
    assert tagging.lines(figures) == [
        "100 photos tagged in 4 s: 25 a second",
        "idle: 100 pages, median 10 ms, p95 40 ms",
        "busy: 100 pages, median 10 ms, p95 80 ms",
        "ratio of p95: 2.00 (limit 1.5)",
    ]


@pytest.mark.slow
def test_tagging__beside_pages_is_measured() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.tagging", "--library", "1000", "--photos", "40", "--rounds", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    # The ratio of so few pages says nothing: either code is right.
    assert ended.returncode in {0, 1}, ended.stderr
    first, _idle, _busy, last = ended.stdout.splitlines()
    assert first.startswith("40 photos tagged")
    assert last.startswith("ratio of p95")
