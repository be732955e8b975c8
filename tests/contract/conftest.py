from __future__ import annotations

from tests.thumbworker.conftest import aws

__all__ = ["aws"]
