from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageFilter

from bench.chart import draw
from bench.contenders import Contender, Extent
from bench.measuring import Measured, judge, measure
from bench.ratios import OURS, SIDES, means, ratio_to
from bench.runners import fitted
from bench.similarity import ssim, whole_picture
from bench.table import summary_lines, table_lines
from tests.thumbworker.imaging.pictures import scene

if TYPE_CHECKING:
    from pathlib import Path


def measured(
    contender: str,
    photo: str = "a.jpg",
    *,
    cpu: float = 1.0,
    size: int = 100,
    ssim: float = 0.9,
    score: float = 80.0,
) -> Measured:
    return Measured(
        contender=contender,
        photo=photo,
        cpu_seconds=cpu,
        wall_seconds=cpu,
        peak_bytes=1000,
        idle_bytes=10,
        size_bytes=dict.fromkeys(SIDES, size),
        ssim=dict.fromkeys(SIDES, ssim),
        ssimulacra2=dict.fromkeys(SIDES, score),
    )


def test_ssim__is_one_for_identical_and_less_for_blurred() -> None:
    image = scene(200, 150)
    assert ssim(image, image.copy()) == pytest.approx(1.0, abs=1e-4)
    assert ssim(image, image.filter(ImageFilter.GaussianBlur(2))) < 0.95


def test_ideal__is_upright(tmp_path: Path) -> None:
    image = scene(60, 40)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    assert whole_picture(tmp_path / "a.jpg").size == (40, 60)


def test_ratios__compare_with_the_cheapest_way_for_each_photo() -> None:
    ratio = ratio_to(
        [
            *(measured(OURS, photo, cpu=1.0, size=90, ssim=0.95, score=84.0) for photo in ("a.jpg", "b.jpg")),
            measured("sharp 1", "a.jpg", cpu=2.0),
            measured("sharp 2", "a.jpg", cpu=4.0),
            measured("sharp 1", "b.jpg", cpu=16.0),
            measured("sharp 2", "b.jpg", cpu=8.0),
        ],
        ["sharp 1", "sharp 2"],
    )
    assert ratio is not None
    assert ratio["best_way"] == {"a.jpg": "sharp 1", "b.jpg": "sharp 2"}
    assert ratio["cpu"]["geometric_mean"] == pytest.approx(math.sqrt(1 / 2 * 1 / 8))
    assert ratio["cpu"]["largest"] == pytest.approx(0.5)
    assert ratio["memory"]["largest"] == pytest.approx(1.0)
    assert ratio["bytes"]["800"]["largest"] == pytest.approx(0.9)
    assert ratio["ssim"]["320"]["least"] == pytest.approx(0.05)
    assert ratio["ssimulacra2"]["320"]["mean"] == pytest.approx(4.0)


def test_ratios__leave_out_photos_that_the_rival_cannot_read() -> None:
    ratio = ratio_to([measured(OURS), measured("sharp 1"), measured(OURS, "b.heic")], ["sharp 1"])
    assert ratio is not None
    assert ratio["photos"] == 1


def test_means__by_contender() -> None:
    found = means([measured(OURS, size=90), measured(OURS, "b.jpg", size=110)])
    assert found["bytes"][OURS]["800"] == 100
    assert found["memory"][OURS]["largest"] == 1000


def test_ratios__are_none_for_an_absent_rival() -> None:
    assert ratio_to([measured("contactsheet")], ["sharp, cascade"]) is None


def test_report__names_contenders_and_absent_ones() -> None:
    ways = [measured("contactsheet"), measured("Pillow, naive", cpu=2.0)]
    lines = [*table_lines(ways)]
    assert len(lines) == 3
    report = {
        "ratio_to_sharp": None,
        "ratio_to_naive": ratio_to(ways, ["Pillow, naive"]),
        "absent": {"sharp": "Node is not installed"},
    }
    text = "\n".join(summary_lines(report))
    assert "sharp's best way: not measured" in text
    assert "naive Pillow on 1: CPU x 0.50" in text
    assert "absent: sharp (Node is not installed)" in text


def test_chart__is_well_formed_and_ranks_by_cpu_time() -> None:
    chart = draw([measured("slow & old", cpu=2.0), measured("contactsheet", cpu=0.5)])
    texts = [element.text for element in ET.fromstring(chart).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[2:] == ["contactsheet", "500 ms", "slow & old", "2000 ms"]


def test_chart__counts_photos_that_all_contenders_read() -> None:
    chart = draw(
        [measured("slow", cpu=2.0), measured(OURS, cpu=0.5), measured(OURS, "b.heic", cpu=9.0)],
    )
    assert "500 ms" in chart
    assert "over 1 photographs" in chart


def test_sizes__are_those_of_the_worker() -> None:
    assert fitted(6000, 4000, 1600) == (1600, 1067)
    assert fitted(*Image.new("L", (3, 2)).size, 1600) == (3, 2)


ANSWERS = """
import json, pathlib, shutil, sys
photo, folder, repeats = sys.argv[1:]
for side in (1600, 800, 320):
    shutil.copy(photo, pathlib.Path(folder) / f"{side}.png")
print(json.dumps({"cpu_seconds": [1] * int(repeats), "wall_seconds": [1], "peak_bytes": 9, "idle_bytes": 2}))
"""


@pytest.mark.parametrize(
    ("extent", "sampled", "runs"),
    [
        (Extent.BARS, False, 3),
        (Extent.BARS, True, 3),
        (Extent.ONCE, False, 1),
        (Extent.SAMPLE, True, 1),
        (Extent.SAMPLE, False, 0),
    ],
)
def test_measure__runs_as_often_as_the_bars_need(
    tmp_path: Path, extent: Extent, sampled: bool, runs: int
) -> None:
    photo = tmp_path / "a.png"
    scene(60, 40).save(photo)
    way = Contender("a way", (sys.executable, "-S", "-c", ANSWERS), extent=extent)
    blind = Contender("blind", (sys.executable, "-S", "-c", "raise SystemExit(1)"), extent=Extent.BARS)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    timed = measure([way, blind], photo, scratch, rounds=3, repeats=2, sampled=sampled)
    assert {name: len(given) for name, given in timed.answers.items()} == ({"a way": runs} if runs else {})
    found = judge(timed, frozenset())
    assert [one.peak_bytes for one in found] == [7] * bool(runs)
    assert [one.ssim["800"] for one in found] == pytest.approx([1.0] * bool(runs))


def test_ratios__score_only_what_both_were_scored_for() -> None:
    unscored = replace(measured("sharp 1"), ssimulacra2={})
    ratio = ratio_to([measured(OURS), unscored], ["sharp 1"])
    assert ratio is not None
    assert ratio["ssimulacra2"] == dict.fromkeys(SIDES, None)


def test_ratios__bytes_are_compared_with_one_way_for_all_photos() -> None:
    photos = ("a.jpg", "b.jpg", "c.jpg")
    cheap = [measured("sharp 1", photo, cpu=2.0, size=200) for photo in photos]
    often = [
        measured("sharp 2", photo, cpu=cpu, size=50)
        for photo, cpu in zip(photos, (1.9, 4.0, 4.0), strict=True)
    ]
    ratio = ratio_to([*(measured(OURS, photo) for photo in photos), *cheap, *often], ["sharp 1", "sharp 2"])
    assert ratio is not None
    assert ratio["usual_way"] == "sharp 1"
    assert ratio["best_way"]["a.jpg"] == "sharp 2"
    assert ratio["bytes"]["800"]["geometric_mean"] == pytest.approx(0.5)
