"""The benchmark of fsck measures a whole gallery of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from infra.worker_zip import PROJECT


@pytest.mark.slow
def test_bench__counts_calls_of_a_whole_gallery():
    said = subprocess.run(
        [sys.executable, "-m", "bench.fsck", "--photos", "2500"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    first, calls = said.splitlines()
    assert first.startswith("    2,500 photos: ")
    # Originals and each of four sizes take three pages, no clean copies one; then the tops of two buckets.
    assert calls.strip() == "BatchGetItem 26, ListObjectsV2 18, Scan 5"
