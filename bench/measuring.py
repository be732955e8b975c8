"""Run contenders in turn, so that other load affects all of them, and keep the least of each."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.similarity import compare

if TYPE_CHECKING:
    from PIL import Image

    from bench.contenders import Contender
    from bench.similarity import Likeness

RUN_SECONDS_MAXIMUM = 300


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost and the result of one contender on one photo; bytes and likeness by rendition side.

    ``cpu_seconds`` is the least of all runs: other processes on the machine can only add to it.
    ``peak_bytes`` is without ``idle_bytes``, what the process held before the photo.
    """

    contender: str
    photo: str
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    idle_bytes: int
    size_bytes: dict[str, int]
    ssim: dict[str, float]
    ssimulacra2: dict[str, float]


def measure(
    contenders: list[Contender],
    photo: Path,
    whole: Image.Image,
    *,
    rounds: int,
    repeats: int,
    score: bool = False,
) -> list[Measured]:
    """Measure all contenders on one photo: ``rounds`` times one process each, in turn.

    Contenders that can't read the photo, such as sharp a HEIC, are left out.
    """
    answers: dict[str, list[dict[str, Any]]] = {contender.name: [] for contender in contenders}
    with tempfile.TemporaryDirectory() as scratch:
        folders = {contender.name: Path(scratch) / str(i) for i, contender in enumerate(contenders)}
        for folder in folders.values():
            folder.mkdir()
        for _ in range(rounds):
            for contender in contenders:
                answer = _run(contender, photo, folders[contender.name], repeats)
                if answer is not None:
                    answers[contender.name].append(answer)
        able = [name for name, given in answers.items() if len(given) == rounds]
        renditions = {name: {file.stem: file for file in folders[name].iterdir()} for name in able}
        likeness = compare(
            whole, [file for files in renditions.values() for file in files.values()], score=score
        )
        return [_summary(name, photo.name, answers[name], renditions[name], likeness) for name in able]


def _run(contender: Contender, photo: Path, folder: Path, repeats: int) -> dict[str, Any] | None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    ended = subprocess.run(  # noqa: S603 - our own command line
        [*contender.command, str(photo.absolute()), str(folder), str(repeats)],
        cwd=contender.working_folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAXIMUM,
    )
    if ended.returncode:
        return None
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _summary(
    name: str,
    photo: str,
    answers: list[dict[str, Any]],
    renditions: dict[str, Path],
    likeness: dict[Path, Likeness],
) -> Measured:
    return Measured(
        contender=name,
        photo=photo,
        cpu_seconds=min(second for answer in answers for second in answer["cpu_seconds"]),
        wall_seconds=statistics.median(second for answer in answers for second in answer["wall_seconds"]),
        peak_bytes=max(answer["peak_bytes"] - answer["idle_bytes"] for answer in answers),
        idle_bytes=max(answer["idle_bytes"] for answer in answers),
        size_bytes={side: file.stat().st_size for side, file in renditions.items()},
        ssim={side: likeness[file].ssim for side, file in renditions.items()},
        ssimulacra2={
            side: score
            for side, file in renditions.items()
            if (score := likeness[file].ssimulacra2) is not None
        },
    )
