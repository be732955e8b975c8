"""``python -m bench.imaging``: what a photo costs here and elsewhere.

Prints a table, writes ``var/bench/imaging.json`` and draws ``docs/images/bench-imaging.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.chart import draw
from bench.contenders import FOLDER, NAIVE, SHARP, contenders
from bench.measuring import Measured, judge, measure
from bench.photos import make_photos
from bench.ratios import OURS, means, ratio_to
from bench.real_photos import real_photos
from bench.ssimulacra2 import installed
from bench.table import summary_lines, table_lines

REPORT = FOLDER / "imaging.json"
CHART = Path("docs/images/bench-imaging.svg")
CORPUS = "PHOTO_CORPUS"
"""The environment variable that names a folder of real photographs."""

SAMPLED_EVERY = 3
"""Every third photograph is scored by SSIMULACRA2, and measured with the contenders without a bar."""

READABLE = {".jpg", ".jpeg", ".heic"}


def main(arguments: list[str]) -> None:
    """Measure, print, write and draw."""
    options = _options(arguments)
    present, absent = contenders(frozenset(options.only))
    sets = _sets(options.photos)
    every = SAMPLED_EVERY if options.sample else 1
    sampled = {photo for photos in sets.values() for photo in photos[::every]}
    scored = frozenset((OURS, *SHARP)) if options.score and installed() else frozenset[str]()
    timed = []
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(os.cpu_count()) as pool:
        for photo in (photo for photos in sets.values() for photo in photos):
            _say(f"{photo.name} …")
            timed.append(
                measure(
                    present,
                    photo,
                    Path(scratch),
                    rounds=options.rounds,
                    repeats=options.repeats,
                    sampled=photo in sampled,
                )
            )
        _say("similarity …")
        scores = [scored if one.photo in sampled else frozenset[str]() for one in timed]
        measured = [one for judged in pool.map(judge, timed, scores) for one in judged]
    report = {
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
        "absent": absent,
        **_compared(measured),
        "sets": {
            name: _compared([one for one in measured if one.photo in {photo.name for photo in photos}])
            for name, photos in sets.items()
        },
        "measured": [asdict(one) for one in measured],
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1) + "\n")
    if not options.photos and not options.only:
        CHART.parent.mkdir(parents=True, exist_ok=True)
        CHART.write_text(draw(measured))
    for line in (*table_lines(measured), "", *summary_lines(report)):
        _say(line)


def _sets(folder: Path | None) -> dict[str, list[Path]]:
    """Return the photographs to measure: those of a folder, or the generated ones and those of the corpus."""
    if folder:
        found = (path for path in folder.iterdir() if path.suffix.lower() in READABLE)
        return {"folder": sorted(found)}
    corpus = os.environ.get(CORPUS)
    real = {"real": real_photos(Path(corpus), FOLDER / "real")} if corpus else {}
    return {**real, "made": make_photos(FOLDER / "photos")}


def _compared(measured: list[Measured]) -> dict[str, Any]:
    return {
        "ratio_to_sharp": ratio_to(measured, SHARP),
        "ratio_to_each_way_of_sharp": {name: ratio_to(measured, [name]) for name in SHARP},
        "ratio_to_naive": ratio_to(measured, [NAIVE]),
        **means(measured),
    }


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imaging", description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of your photographs, JPEG and HEIC")
    parser.add_argument("--only", nargs="+", default=[], metavar="RIVAL", help="such as sharp, ImageMagick")
    parser.add_argument("--rounds", type=int, default=2, help="processes for each contender with a bar")
    parser.add_argument("--repeats", type=int, default=2, help="timed repeats in each process")
    parser.add_argument(
        "--no-score",
        dest="score",
        action="store_false",
        help="by SSIM alone: SSIMULACRA2 takes five seconds a picture",
    )
    parser.add_argument(
        "--all", dest="sample", action="store_false", help="all contenders and scores on every photograph"
    )
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command that reports


if __name__ == "__main__":
    main(sys.argv[1:])
