"""The numbers of docs/scaling.md follow from the measured times and the limits it quotes."""

from __future__ import annotations

import pytest

from bench.cost.figures import Assumed, Measured, bytes_of_tile, page_ms, work_of
from infra.worker_zip import PROJECT

PAGE = " ".join((PROJECT / "docs" / "scaling.md").read_text().split())
PHOTO_SECONDS = work_of(Measured()).worker_ms / 1000
PAGE_SECONDS = page_ms(Measured(), Assumed()) / 1000
PHOTOS = {"10x": 0.28, "1,000x": 28, "internet": 2_800}
VIEWS = {"1,000x": 280, "internet": 28_000}
BATCH = 10
FOUR_DAYS = 4 * 86_400


def two_digits(number: float) -> str:
    """Write a number as the page does: two digits of it, thousands with commas.

    >>> two_digits(2_021.6), two_digits(0.2021), two_digits(20.2)
    ('2,000', '0.20', '20')
    """
    if number < 1:
        return f"{number:.2f}"
    digits = len(str(int(number)))
    return f"{round(number, 2 - digits):,.0f}"


WORKERS = two_digits(PHOTOS["internet"] * PHOTO_SECONDS)
RATE = two_digits(10 / PHOTO_SECONDS)
TILE = bytes_of_tile(Measured(), Assumed())
REQUESTS = VIEWS["internet"] * Assumed().pictures


@pytest.mark.parametrize(
    "sentence",
    [
        f"**{PHOTO_SECONDS:.2f} s** of worker for a photo, **{PAGE_SECONDS:.3f} s** for a page",
        f"0.28 photos a second need {two_digits(PHOTOS['10x'] * PHOTO_SECONDS)} workers",
        f"of 10 (`WORKER_CONCURRENCY`) makes {RATE} a second",
        f"28 a second need {two_digits(PHOTOS['1,000x'] * PHOTO_SECONDS)} workers",
        f"2,800 a second need {WORKERS} workers",
        f"{WORKERS} × 10 = {two_digits(PHOTOS['internet'] * PHOTO_SECONDS * BATCH)}",
        f"at {RATE} a second that is {10 / PHOTO_SECONDS * FOUR_DAYS / 1e6:.1f} million photos",
        f"at {PAGE_SECONDS:.3f} s = {round(1_000 / PAGE_SECONDS, -2):,.0f} requests a second",
        f"280 a second × {PAGE_SECONDS:.3f} s = {two_digits(VIEWS['1,000x'] * PAGE_SECONDS)} functions",
        f"28,000 a second × {PAGE_SECONDS:.3f} s = {two_digits(VIEWS['internet'] * PAGE_SECONDS)} functions",
        f"2,800 a second, {two_digits(VIEWS['internet'] / 10 * PAGE_SECONDS)} functions",
        f"at {PAGE_SECONDS:.3f} s a request that is {round(100 / PAGE_SECONDS, -1):,.0f} requests a second",
        f"{VIEWS['internet'] * 30:,} read units",
        f"60 tiles at {TILE / 1000:.0f} kB",
        f"{REQUESTS / 1e6:.1f} million requests and {two_digits(REQUESTS * TILE * 8 / 1e9)} Gbit/s",
    ],
)
def test_page__has_the_calculated_figure(sentence: str) -> None:
    assert sentence in PAGE


def test_page__has_a_year_of_originals() -> None:
    terabytes = 1_000 * 365 * work_of(Measured()).original_bytes / 1e12
    assert f"originals a year at 5 MB | {terabytes:.1f} TB | {10 * terabytes:.0f} TB" in PAGE
