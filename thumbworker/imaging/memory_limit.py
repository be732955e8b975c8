"""Limit a decoder's memory to the estimate.

The estimate comes from the header, which can be wrong: an AVIF of 3 kB may state 640 pixels in its container
and contain a frame of 16,000 (860 MB), and a TIFF may list its strips twice.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import resource
except ImportError:  # not on every development machine
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATM = Path("/proc/self/statm")
_SLACK_BYTES = 64_000_000
"""What the worker's other threads may allocate meanwhile."""


@contextmanager
def limited_memory(decoder_bytes: int) -> Iterator[None]:
    """Make allocations fail inside the block once they exceed ``decoder_bytes``.

    Use it only for decoders that survive a failed allocation. Does nothing outside Linux. What the
    process has kept of earlier images (``thumbworker.allocator``) comes on top.
    """
    if resource is None or not _STATM.exists():
        yield
        return
    pages = int(_STATM.read_text().split()[0])
    limit = pages * resource.getpagesize() + decoder_bytes + _SLACK_BYTES
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bounds = [bound for bound in (soft, hard, limit) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
