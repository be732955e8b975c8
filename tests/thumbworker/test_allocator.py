from __future__ import annotations

import subprocess
import sys

from tests.stage import ENVIRONMENT

CODE = """
import resource, sys
from thumbworker.allocator import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()

def use():
    bytearray(40_000_000)

use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(argument: str) -> int:
    """Return how many pages the kernel gave out for ten buffers after the first, 40 MB each."""
    done = subprocess.run(
        # Each buffer is larger than what glibc keeps by itself after it has seen one freed.
        [sys.executable, "-c", CODE, argument],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    return int(done.stdout)


def test_keep_freed_memory__saves_page_faults() -> None:
    kept, given_back = faults("kept"), faults("not kept")
    assert kept < 1000
    assert kept * 5 < given_back
