"""Limits that gallery and worker share."""

from __future__ import annotations

MAX_ORIGINAL_BYTES = 50 * 1024 * 1024
"""The gallery offers no larger upload, and the worker reads no larger original."""
