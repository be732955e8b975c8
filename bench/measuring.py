"""Run contenders in turn, so that other load affects all of them, and keep the least of each.

Similarity is computed once all is measured, on all cores: it would disturb what is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.contenders import Extent
from bench.similarity import compare, whole_picture

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Timed:
    """What the runs of the contenders on one photo said, by contender, and where their renditions are."""

    photo: Path
    answers: dict[str, list[dict[str, Any]]]
    folders: dict[str, Path]


def measure(
    contenders: list[Contender], photo: Path, scratch: Path, *, rounds: int, repeats: int, sampled: bool
) -> Timed:
    """Measure contenders on one photo in processes of their own, in turn; ``sampled``: all of them.

    Contenders that can't read the photo, such as sharp a HEIC, are left out.
    """
    planned = {
        contender.name: rounds if contender.extent is Extent.BARS else 1
        for contender in contenders
        if sampled or contender.extent is not Extent.SAMPLE
    }
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in planned}
    folders = {name: scratch / f"{photo.stem}-{place}" for place, name in enumerate(planned)}
    for folder in folders.values():
        folder.mkdir()
    for number in range(rounds):
        for contender in contenders:
            if number < planned.get(contender.name, 0):
                answer = _run(contender, photo, folders[contender.name], repeats)
                if answer is not None:
                    answers[contender.name].append(answer)
    able = {name: given for name, given in answers.items() if len(given) == planned[name]}
    return Timed(photo, able, {name: folders[name] for name in able})


def judge(timed: Timed, scored: frozenset[str]) -> list[Measured]:
    """Compare the renditions with the ideal ones; those of ``scored`` contenders by SSIMULACRA2 too."""
    renditions = {
        name: {file.stem: file for file in folder.iterdir()} for name, folder in timed.folders.items()
    }
    whole = whole_picture(timed.photo)
    likeness: dict[Path, Likeness] = {}
    for score in (True, False):
        files = [
            file for name, made in renditions.items() if (name in scored) is score for file in made.values()
        ]
        likeness |= compare(whole, files, score=score) if files else {}
    return [
        _summary(name, timed.photo.name, answers, renditions[name], likeness)
        for name, answers in timed.answers.items()
    ]


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
