"""The options with which a local run starts the web server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gallery.api import problems
from gallery.api.routes import downloads, images
from gallery.core import database_waits
from infra.embedded import EmbeddedAws
from infra.local.folder import Folder
from infra.local.runner import Run
from tests.aws import EMBEDDED_PYTHON

if TYPE_CHECKING:
    from pathlib import Path


def test_connections__outlive_the_waits_that_we_ask_for(tmp_path: Path) -> None:
    """A connection that ends just when a program asks again loses the request."""
    run = Run(Folder(tmp_path), 8000, EmbeddedAws(EMBEDDED_PYTHON, tmp_path / "aws", 4566))
    (kept,) = re.findall(r"--keep-alive=(\d+)", " ".join(run.gunicorn_options()))
    waits = (
        database_waits.RETRY_AFTER_SECONDS,
        problems.STORE_RETRY_AFTER_SECONDS,
        downloads.RETRY_AFTER_SECONDS,
        images.RETRY_AFTER_SECONDS,
    )
    assert int(kept) > max(waits)
