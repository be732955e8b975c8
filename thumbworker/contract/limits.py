"""Limits that the offer of an upload and the worker share."""

from __future__ import annotations

MAX_ORIGINAL_BYTES = 50 * 1024 * 1024
"""Larger originals are refused at the offer; the worker never reads one."""
