"""``python -m bench.imaging``: what a photo costs here and elsewhere.

Prints a table, writes ``var/bench/imaging.json`` and draws ``docs/images/bench-imaging.svg``.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from bench.chart import draw
from bench.contenders import FOLDER, contenders
from bench.measuring import Measured, measure
from bench.photos import make_photos
from bench.ratios import ratio_to
from bench.similarity import whole_picture
from bench.table import summary_lines, table_lines

SHARP = ("sharp, each size", "sharp, cascade")
REPORT = FOLDER / "imaging.json"
CHART = Path("docs/images/bench-imaging.svg")


def main(arguments: list[str]) -> None:
    """Measure, print, write and draw."""
    options = _options(arguments)
    present, absent = contenders(frozenset(options.only))
    photos = sorted(options.photos.glob("*.jp*g")) if options.photos else make_photos(FOLDER / "photos")
    measured: list[Measured] = []
    for photo in photos:
        _say(f"{photo.name} …")
        measured += measure(
            present, photo, whole_picture(photo), rounds=options.rounds, repeats=options.repeats
        )
    report = {
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
        "absent": absent,
        "ratio_to_sharp": ratio_to(measured, SHARP),
        "ratio_to_sharp_avif": ratio_to(measured, ["sharp, cascade, AVIF"]),
        "ratio_to_naive": ratio_to(measured, ["Pillow, naive"]),
        "measured": [asdict(one) for one in measured],
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1) + "\n")
    if not options.photos and not options.only:
        CHART.parent.mkdir(parents=True, exist_ok=True)
        CHART.write_text(draw(measured))
    for line in (*table_lines(measured), "", *summary_lines(report)):
        _say(line)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.imaging", description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of JPEGs instead of the made photographs")
    parser.add_argument("--only", nargs="+", default=[], metavar="RIVAL", help="such as sharp, ImageMagick")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each contender and photo")
    parser.add_argument("--repeats", type=int, default=3, help="timed repeats in each process")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command that reports


if __name__ == "__main__":
    main(sys.argv[1:])
