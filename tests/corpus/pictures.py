"""The folder of real and hostile pictures, and what marks the tests that read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("PHOTO_CORPUS") or "no-such-folder")

MARKS = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="PHOTO_CORPUS names no folder of pictures"),
    pytest.mark.timeout(900),
]
