"""SSIMULACRA2 of pairs of pictures, by a package in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.contenders import RUNNERS, Absent, environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

PACKAGE = "ssimulacra2==0.3.0"


def installed() -> bool:
    """Return whether the package is there, after installing it if need be."""
    try:
        environment("ssimulacra2", PACKAGE)
    except Absent:
        return False
    return True


def ssimulacra2(pairs: Sequence[tuple[Image.Image, Image.Image]]) -> list[float | None]:
    """Return the score of each pair of an ideal and a shown picture; ``None`` if it can't be installed."""
    try:
        python = environment("ssimulacra2", PACKAGE)
    except Absent:
        return [None] * len(pairs)
    with tempfile.TemporaryDirectory() as folder:
        names: list[str] = []
        for number, pair in enumerate(pairs):
            for image, kind in zip(pair, ("ideal", "shown"), strict=True):
                name = str(Path(folder) / f"{number}-{kind}.png")
                image.save(name, compress_level=1)
                names.append(name)
        ended = subprocess.run(  # noqa: S603 - our own command line
            [python, str(RUNNERS / "score.py"), *names], check=True, stdout=subprocess.PIPE, text=True
        )
    scores: list[float | None] = json.loads(ended.stdout)
    return scores
