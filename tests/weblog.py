"""What the gallery logs, as CloudWatch would get it."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from structlog.stdlib import ProcessorFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator


class WebLog:
    """What the gallery wrote, in the form that the settings give it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(text) for text in self.stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def web_log() -> Iterator[WebLog]:
    log, root = WebLog(), logging.getLogger()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(
        next(found.formatter for found in root.handlers if isinstance(found.formatter, ProcessorFormatter))
    )
    root.addHandler(handler)
    yield log
    root.removeHandler(handler)
