"""The import Lambda's entry point. Importing it is the cold start: it reads the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from thumbworker import cold_start
from thumbworker.environment import Environment
from thumbworker.imports.addresses import Guard
from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.download import Downloader
from thumbworker.imports.importer import Importer
from thumbworker.imports.networks import allowed_endpoints
from thumbworker.imports.stores import open_stores
from thumbworker.metrics import MetricLog
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thumbworker.interfaces import LambdaContext


def assemble(variables: Mapping[str, str]) -> ImportBatch:
    """Return the import worker on AWS."""
    environment = Environment.read(variables)
    source = Downloader(
        guard=Guard(allowed_endpoints(variables)), agent=f"Contactsheet/1 (+{environment.site_origin})"
    )
    return ImportBatch(
        importer=Importer(open_stores(environment), source, environment.site_origin),
        queue=open_queues(environment),
        write_line=MetricLog(environment.stage, "imports"),
    )


_batch = assemble(os.environ)
cold_start.finish()


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle one batch of SQS messages; return those that must come again."""
    return _batch(event, request_id=context.aws_request_id)
