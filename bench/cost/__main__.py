"""``python -m bench.cost``: print all sums; ``--measure`` measures first, ``--write`` writes the docs."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bench.cost.chart import draw
from bench.cost.figures import Assumed, Measured
from bench.cost.report import NAMES, report, totals

PAGE = Path("docs/cost.md")
CHART = Path("docs/images/cost.svg")
BEGIN, END = "<!-- make cost -->\n", "<!-- until here -->\n"


def main(arguments: list[str]) -> None:
    """Run the command line."""
    options = _options(arguments)
    measured = Measured()
    if options.measure:
        # Imported here: it needs photographs and a gallery.
        from bench.cost.measuring import measure  # noqa: PLC0415

        measured = measure()
    if options.worker_ms is not None:
        measured = replace(measured, render_ms=options.worker_ms)
    if options.page_ms is not None:
        measured = replace(measured, page_ms=options.page_ms)
    text = report(measured, Assumed())
    sys.stdout.write(text)
    if options.write:
        PAGE.write_text(page_with(PAGE.read_text(), text))
        CHART.write_text(draw(totals(measured, Assumed()), NAMES[0]))


def page_with(page: str, text: str) -> str:
    """Return the page with this text between its two markers."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + text + "\n" + END + rest.split(END)[1]


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure here, do not take the last figures")
    parser.add_argument("--worker-ms", type=float, help="CPU of one photo, instead of the measured")
    parser.add_argument("--page-ms", type=float, help="CPU of one page, instead of the measured")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} and {CHART}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
