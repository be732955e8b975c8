"""The Lambda's entry point. Importing it is the cold start: it reads the settings and makes the clients."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from thumbworker import cold_start
from thumbworker.allocator import keep_freed_memory
from thumbworker.assembly import assemble
from thumbworker.environment import Environment
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from thumbworker.interfaces import LambdaContext


keep_freed_memory()
_environment = Environment.read(os.environ)
_batch = assemble(_environment, open_queues(_environment))
cold_start.finish()


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle one batch of SQS messages; return those that must come again."""
    return _batch(
        event,
        request_id=context.aws_request_id,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
