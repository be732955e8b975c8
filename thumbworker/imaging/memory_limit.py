"""A second line behind the header: a decoder can't take more memory than was estimated.

An AVIF of 3 kB may claim 640 pixels in its container and hold a frame of 16,000 inside (860 MB); a TIFF
may name its strips twice. The estimate goes by what is claimed, the fence by what is taken.
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
"""What other threads of the worker may take meanwhile."""


@contextmanager
def limited_memory(decoder_bytes: int) -> Iterator[None]:
    """Let allocations fail inside the block once ``decoder_bytes`` more are taken.

    Only for decoders that are known to survive that, and only where Linux tells the size of a process.
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
