"""Build the import worker from its environment, once for each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.imports.addresses import Guard
from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.download import Downloader
from thumbworker.imports.importer import Importer
from thumbworker.imports.networks import allowed_endpoints
from thumbworker.imports.stores import open_stores
from thumbworker.metrics import MetricLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thumbworker.environment import Environment
    from thumbworker.interfaces import Queue


def assemble(environment: Environment, variables: Mapping[str, str], queue: Queue) -> ImportBatch:
    """Return the import worker on AWS."""
    source = Downloader(
        guard=Guard(allowed_endpoints(variables)), agent=f"Contactsheet/1 (+{environment.site_origin})"
    )
    return ImportBatch(
        importer=Importer(open_stores(environment), source, environment.site_origin),
        queue=queue,
        write_line=MetricLog(environment.stage, "imports"),
    )
