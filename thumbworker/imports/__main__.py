"""Run the import worker without Lambda: ``python -m thumbworker.imports`` (docs/poller.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from thumbworker.imports.assembly import assemble
from thumbworker.poller import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.environment import Environment
    from thumbworker.poller import Work
    from thumbworker.queues import SqsQueues


def _assemble(environment: Environment, queues: SqsQueues) -> Work:
    batch = assemble(environment, os.environ, queues)

    def work(
        event: dict[str, Any],
        *,
        request_id: str,
        remaining_seconds: Callable[[], float],  # noqa: ARG001 - a download has its own limits
    ) -> dict[str, list[dict[str, str]]]:
        return batch(event, request_id=request_id)

    return work


if __name__ == "__main__":
    raise SystemExit(main("IMPORTS_QUEUE_URL", _assemble))
