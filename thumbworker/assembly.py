"""Build the worker from its environment, once for each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker import imaging, stores
from thumbworker.batch import Batch
from thumbworker.isolation import IsolatedDecoder
from thumbworker.metrics import MetricLog
from thumbworker.reconcile import Reconciler

if TYPE_CHECKING:
    from thumbworker.environment import Environment
    from thumbworker.interfaces import Queue


def assemble(environment: Environment, queue: Queue) -> Batch:
    """Return the batch worker on AWS."""
    return Batch(
        reconciler=Reconciler(stores.open_stores(environment), environment.site_origin),
        decode=imaging.render,
        decode_isolated=IsolatedDecoder(),
        queue=queue,
        write_line=MetricLog(environment.stage, "thumbnails"),
    )
