"""Examples of every operation, by the operation's name. A test holds them against the description."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, Any] = {}
