"""A real worker process with a decoder that may kill it.

It polls until its queue stays empty for ``EMPTY_SECONDS``, longer than a message of a dead worker hides.
"""

from __future__ import annotations

import os

from tests.thumbworker.decoders import paint_or_die
from thumbworker.batch import Batch
from thumbworker.environment import Environment
from thumbworker.isolation import IsolatedDecoder
from thumbworker.log import write_line
from thumbworker.poller import Poller
from thumbworker.queues import open_queues
from thumbworker.reconcile import Reconciler
from thumbworker.stores import open_stores

HIDDEN_SECONDS = 2
EMPTY_SECONDS = 5


def main() -> None:
    environment = Environment.read(os.environ)
    queues = open_queues(environment)
    batch = Batch(
        Reconciler(open_stores(environment), environment.site_origin),
        decode=paint_or_die,
        decode_isolated=IsolatedDecoder("tests.thumbworker.decoders:paint_or_die"),
        queue=queues,
        write_line=write_line,
    )
    poller = Poller(queues, os.environ["THUMBNAILS_QUEUE_URL"], batch)
    while poller.poll_once(wait_seconds=EMPTY_SECONDS):
        pass


if __name__ == "__main__":
    main()
