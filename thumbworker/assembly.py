"""Put the worker together from its environment, once for each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker import imaging, stores
from thumbworker.batch import Batch
from thumbworker.isolation import IsolatedDecoder
from thumbworker.metrics import MeasuredJournal
from thumbworker.reconcile import Reconciler

if TYPE_CHECKING:
    from thumbworker.environment import Environment
    from thumbworker.queues import SqsQueues


def assemble(environment: Environment, queues: SqsQueues) -> Batch:
    """Return the batch worker on AWS."""
    return Batch(
        reconciler=Reconciler(stores.open_stores(environment), environment.site_origin),
        decode=imaging.render,
        decode_isolated=IsolatedDecoder(),
        queue=queues,
        write_line=MeasuredJournal(environment.stage, "thumbnails"),
    )
