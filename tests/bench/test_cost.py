"""What ``make cost`` says is what its page says, what the code calls, and what arithmetic gives."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from bench.cost import ours, peers
from bench.cost.__main__ import CHART, PAGE, page_with
from bench.cost.chart import draw
from bench.cost.figures import Assumed, Measured, bytes_of_tile, page_ms, work_of
from bench.cost.report import NAMES, photos, report, totals
from gallery.operations import jobs
from gallery.operations.dashboard.prices import PRICES, WORKER_CALLS, PhotoWork, month_so_far, photo_dollars
from infra.worker_zip import PROJECT
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from tests.aws import MotoAws

ROUND = Measured(
    render_ms=200, page_ms=20, presign_ms=10, naive_ms=300, page_bytes=10_000, tile_bytes=10_000,
    dense_tile_bytes=50_000, naive_tile_bytes=100_000, rendition_bytes=300_000,
)  # fmt: skip
NO_CACHE = Assumed(pages_from_edge=0, pictures_from_browser=0, pictures_from_edge=0)


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


def test_page__is_what_make_cost_writes() -> None:
    text = report(Measured(), Assumed())
    assert PAGE.read_text() == page_with(PAGE.read_text(), text), "Run: make cost ARGS=--write"
    assert CHART.read_text() == draw(totals(Measured(), Assumed()), NAMES[0]), "Run: make cost ARGS=--write"


def test_prices__name_their_sources() -> None:
    prices = [getattr(PRICES, field.name) for field in fields(PRICES)]
    assert all(price.source and price.unit and price.per >= 1 for price in prices)
    assert len({price.unit for price in prices}) == len(prices)
    assert PRICES.edge_request.of(1_000_000) == pytest.approx(1.0)


def test_photo__costs_its_calls_and_milliseconds() -> None:
    work = PhotoWork(render_ms=200, vcpu_factor=2, worker_waiting_ms=100, memory_gigabytes=2)
    assert work.worker_ms == 500
    dollars = photo_dollars(work)
    puts = 1 + len(CURRENT.renditions)
    assert dollars["S3: the upload, the worker's calls"] == pytest.approx(puts * 0.000005 + 2 * 0.0000004)
    assert dollars["worker"] == pytest.approx(0.0000002 + 0.5 * 2 * 0.0000166667)
    assert dollars["DynamoDB: the item, the poll"] == pytest.approx(2 * 0.000000625 + 0.5 * 0.000000125)
    assert dollars["CloudFront: their requests"] == pytest.approx(2 * 0.000001)
    assert dollars["SQS and SNS"] == pytest.approx(3 * 0.0000004 + 2 * 0.0000005)
    assert sum(WORKER_CALLS.values()) == 4 + len(CURRENT.renditions)
    assert month_so_far(1000, 0) == pytest.approx(sum(photos(Measured()).values()))


def test_views__without_any_cache() -> None:
    assert page_ms(ROUND, NO_CACHE) == 20 * 1.5 + 10
    assert bytes_of_tile(ROUND, NO_CACHE) == 30_000
    dollars = ours.views(ROUND, NO_CACHE)
    assert dollars["CloudFront: requests for pictures"] == pytest.approx(60)
    assert dollars["CloudFront: bytes of pictures"] == pytest.approx(60 * 30 * 0.085)
    assert dollars["S3: what no edge has yet"] == pytest.approx(60 * 0.4)
    assert dollars["DynamoDB"] == pytest.approx(60 / 2 * 0.125)
    assert dollars["CloudFront: pages"] == pytest.approx(1 + 10 * 0.085)
    assert dollars["gateway and web"] == pytest.approx(1.2 + 0.04 * 1769 / 1024 * 13.3334)


def test_resizing_on_the_fly__pays_at_each_miss() -> None:
    all_there = replace(NO_CACHE, pictures_from_edge=1)
    there, missing = (sum(peers.on_the_fly_views(ROUND, share).values()) for share in (all_there, NO_CACHE))
    made = 60 * (3.5 + 0.2 + 0.35 * 16.6667 + 0.4 + 1.5 * 0.5)
    assert missing - there == pytest.approx(made)
    assert there - sum(ours.views(ROUND, all_there).values()) == pytest.approx(60 * 0.1)


def test_first_pipeline__pays_for_every_byte_at_every_view() -> None:
    dollars = peers.naive_views(ROUND, Assumed())
    assert dollars["S3: bytes of pictures"] == pytest.approx(60 * 100 * 0.09)
    assert dollars == peers.naive_views(ROUND, replace(Assumed(), pages_from_edge=0.9))
    thumbnail = 0.0002 + (300 * 1.5 + 200) * 1769 / 1024 * 16.6667 / 1e6
    assert peers.naive_photos(ROUND)["thumbnail by S3's trigger"] == pytest.approx(thumbnail)


def test_careful_pipeline__is_ours_without_items_topic_and_signatures() -> None:
    theirs, here = peers.careful_views(ROUND, NO_CACHE), ours.views(ROUND, NO_CACHE)
    assert set(here) - set(theirs) == {"DynamoDB"}
    assert theirs["CloudFront: pages"] == pytest.approx(1.0)  # 46 kB of signatures are more than ROUND's page
    assert {title: theirs[title] for title in theirs if title != "CloudFront: pages"} == {
        title: here[title] for title in theirs if title != "CloudFront: pages"
    }
    slower = replace(ROUND, cpu_to_sharp=0.5)
    worker = 0.0002 + (400 * 1.5 + 200) * 1769 / 1024 * 13.3334 / 1e6
    assert peers.careful_photos(slower)["worker"] == pytest.approx(worker)


def test_idle_month__depends_on_the_database() -> None:
    anyway, asleep, awake, small = ours.databases(Assumed()).values()
    assert awake - anyway == pytest.approx(0.1 + 730 * 0.06)
    assert asleep < anyway + 1
    assert small - anyway == pytest.approx(730 * 0.016 + 20 * 0.115)


@pytest.mark.django_db
def test_metrics__of_the_jobs_are_counted(moto_aws: MotoAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert moto_aws
    jobs.sweep()
    jobs.send_notifications()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    found = {
        metric["Name"]
        for line in lines
        for description in line["_aws"]["CloudWatchMetrics"]
        for metric in description["Metrics"]
    }
    assert len(lines) == 2  # the sweep and the mails
    assert len(found) == ours.METRICS, sorted(found)


def test_chart__is_well_formed_and_shows_dollars() -> None:
    chart = draw({"A & B": {"ours": 0.05, "theirs": 25.0}}, "ours")
    texts = [element.text for element in ET.fromstring(chart).iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["A & B", "ours", "$0.050", "theirs", "$25"]
    assert chart.count('class="ours"') == 1


@pytest.mark.slow
def test_measure_page__uses_the_deployed_handler() -> None:
    """In a process of its own: it starts a gallery, and the handler keeps it."""
    script = "import json; from bench.cost.page import measure_page; print(json.dumps(measure_page(3)))"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    page = json.loads(ended.stdout)
    assert page["page_ms"] > 0 < page["presign_ms"]
    assert 20_000 < page["page_bytes"] < 200_000


def test_measurements__change_the_result() -> None:
    slower = replace(Measured(), render_ms=2 * Measured().render_ms)
    assert work_of(slower).worker_ms > work_of(Measured()).worker_ms
    assert f"{slower.render_ms:.0f} ms" in report(slower, Assumed())
