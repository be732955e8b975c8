"""The import Lambda's entry point. Importing it is the cold start: it reads the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from thumbworker import cold_start
from thumbworker.environment import Environment
from thumbworker.imports.assembly import assemble
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from thumbworker.interfaces import LambdaContext

_environment = Environment.read(os.environ)
_batch = assemble(_environment, os.environ, open_queues(_environment))
cold_start.finish()


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle one batch of SQS messages; return those that must come again."""
    return _batch(event, request_id=context.aws_request_id)
