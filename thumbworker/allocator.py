"""Let the process keep the memory of one photo for the next.

By default glibc maps every large buffer again and gives it back when it is freed, so the kernel clears all
of its pages for each photo: a twentieth of the CPU time. Source: ``mallopt(3)``; decision 0087.
"""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
"""The parameters' numbers in glibc's ``malloc.h``."""

KEPT_BYTES = 1 << 28
"""Free memory at the end of the heap beyond this goes back to the system."""

LARGEST_HEAP_BLOCK_BYTES = 1 << 30
"""Larger than any buffer here, so all of them are taken from the heap."""


def keep_freed_memory() -> None:
    """Keep freed memory; does nothing where the C library is not glibc."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(M_MMAP_THRESHOLD, LARGEST_HEAP_BLOCK_BYTES)
    set_option(M_TRIM_THRESHOLD, KEPT_BYTES)
