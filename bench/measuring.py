"""Run contenders in turn, so that other load affects all of them, and keep the medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.similarity import similarity

if TYPE_CHECKING:
    from PIL import Image

    from bench.contenders import Contender

RUN_SECONDS_MAXIMUM = 300


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost and the result of one contender on one photo; bytes and SSIM by rendition side."""

    contender: str
    photo: str
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    idle_bytes: int
    size_bytes: dict[str, int]
    ssim: dict[str, float]


def measure(
    contenders: list[Contender], photo: Path, whole: Image.Image, *, rounds: int, repeats: int
) -> list[Measured]:
    """Measure all contenders on one photo: ``rounds`` times one process each, in turn."""
    answers: dict[str, list[dict[str, Any]]] = {contender.name: [] for contender in contenders}
    with tempfile.TemporaryDirectory() as scratch:
        folders = {contender.name: Path(scratch) / str(i) for i, contender in enumerate(contenders)}
        for folder in folders.values():
            folder.mkdir()
        for _ in range(rounds):
            for contender in contenders:
                answers[contender.name].append(_run(contender, photo, folders[contender.name], repeats))
        return [
            _summary(contender.name, photo.name, answers[contender.name], folders[contender.name], whole)
            for contender in contenders
        ]


def _run(contender: Contender, photo: Path, folder: Path, repeats: int) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    ended = subprocess.run(  # noqa: S603 - our own command line
        [*contender.command, str(photo.absolute()), str(folder), str(repeats)],
        cwd=contender.working_folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=RUN_SECONDS_MAXIMUM,
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _summary(
    name: str, photo: str, answers: list[dict[str, Any]], folder: Path, whole: Image.Image
) -> Measured:
    renditions = {file.stem: file for file in folder.iterdir()}
    return Measured(
        contender=name,
        photo=photo,
        cpu_seconds=statistics.median(second for answer in answers for second in answer["cpu_seconds"]),
        wall_seconds=statistics.median(second for answer in answers for second in answer["wall_seconds"]),
        peak_bytes=max(answer["peak_bytes"] for answer in answers),
        idle_bytes=max(answer["idle_bytes"] for answer in answers),
        size_bytes={side: file.stat().st_size for side, file in renditions.items()},
        ssim={side: similarity(whole, file) for side, file in renditions.items()},
    )
