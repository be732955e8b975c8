"""Run the thumbnail worker without Lambda: ``python -m thumbworker`` (docs/poller.md)."""

from __future__ import annotations

from thumbworker.assembly import assemble
from thumbworker.poller import main

if __name__ == "__main__":
    raise SystemExit(main("THUMBNAILS_QUEUE_URL", assemble))
