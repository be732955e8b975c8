"""The import Lambda's entry point. Importing it is the cold start, which reads the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from thumbworker import cold_start
from thumbworker.environment import Environment
from thumbworker.imports.addresses import Guard
from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.download import Downloader
from thumbworker.imports.importer import Importer
from thumbworker.imports.networks import allowed_endpoints
from thumbworker.imports.stores import open_stores
from thumbworker.metrics import MeasuredJournal
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from collections.abc import Mapping


class Context(Protocol):
    """What Lambda says about the present invocation, as far as we ask."""

    aws_request_id: str


def assemble(variables: Mapping[str, str]) -> ImportBatch:
    """Return the import worker on AWS."""
    environment = Environment.read(variables)
    source = Downloader(
        guard=Guard(allowed_endpoints(variables)), agent=f"Contactsheet/1 (+{environment.site_origin})"
    )
    return ImportBatch(
        importer=Importer(open_stores(environment), source, environment.site_origin),
        queue=open_queues(environment),
        write_line=MeasuredJournal(environment.stage, "imports"),
    )


_batch = assemble(os.environ)
cold_start.over()


def lambda_handler(event: dict[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Handle one batch of SQS messages; answer with those that must come again."""
    return _batch(event, request_id=context.aws_request_id)
