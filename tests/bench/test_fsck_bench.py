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
    # 25 batches, a listing of three pages for originals and each size, the tops of two buckets, 5 pages of keys.
    assert calls.split() == "BatchGetItem 25, ListObjectsV2 14, Scan 5".split()
