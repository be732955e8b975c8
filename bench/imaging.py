"""``python -m bench.imaging``: what a photo costs here and elsewhere.

Prints a table, writes ``var/bench/imaging.json`` and draws ``docs/images/bench-imaging.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.chart import draw
from bench.contenders import FOLDER, SHARP, contenders
from bench.measuring import Measured, measure
from bench.photos import make_photos
from bench.ratios import means, ratio_to
from bench.real_photos import real_photos
from bench.similarity import whole_picture
from bench.table import summary_lines, table_lines

REPORT = FOLDER / "imaging.json"
CHART = Path("docs/images/bench-imaging.svg")
CORPUS = "PHOTO_CORPUS"
"""The environment variable that names a folder of real photographs."""

READABLE = {".jpg", ".jpeg", ".heic"}


def main(arguments: list[str]) -> None:
    """Measure, print, write and draw."""
    options = _options(arguments)
    present, absent = contenders(frozenset(options.only))
    measured: list[Measured] = []
    sets = _sets(options.photos)
    for photo in (photo for photos in sets.values() for photo in photos):
        _say(f"{photo.name} …")
        measured += measure(
            present,
            photo,
            whole_picture(photo),
            rounds=options.rounds,
            repeats=options.repeats,
            score=options.score,
        )
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
        "ratio_to_naive": ratio_to(measured, ["Pillow, naive"]),
        **means(measured),
    }


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imaging", description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of your photographs, JPEG and HEIC")
    parser.add_argument("--only", nargs="+", default=[], metavar="RIVAL", help="such as sharp, ImageMagick")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each contender and photo")
    parser.add_argument("--repeats", type=int, default=3, help="timed repeats in each process")
    parser.add_argument("--score", action="store_true", help="by SSIMULACRA2 too: five seconds a rendition")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command that reports


if __name__ == "__main__":
    main(sys.argv[1:])
