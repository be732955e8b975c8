"""The Lambda's entry point. Importing it is the cold start: settings are read and clients made here."""

from __future__ import annotations

import os
from typing import Any, Protocol

from thumbworker import cold_start
from thumbworker.assembly import assemble
from thumbworker.environment import Environment
from thumbworker.queues import open_queues


class Context(Protocol):
    """What Lambda says about the present invocation, as far as we ask."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still run."""


_environment = Environment.read(os.environ)
_batch = assemble(_environment, open_queues(_environment))
cold_start.over()


def lambda_handler(event: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Handle one batch of SQS messages; answer with those that must come again."""
    return _batch(
        event,
        request_id=context.aws_request_id,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
