"""Keep the secrets that stand in addresses out of the log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

SECRET = re.compile(r"(/(?:s|mail/stop|email|password)/)[^/\s\"'?]{16,}")
"""Addresses whose next part is a secret: links to albums, and those that are sent by mail."""


def without_secrets(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Replace the secrets in all texts of an entry, as a processor of structlog."""
    for name, value in event.items():
        if isinstance(value, str) and "/" in value:
            event[name] = SECRET.sub(r"\1…", value)
    return event
