"""Figures in the operator's documents are those of the code."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import pytest

from gallery.processing.sweep_run import MAX_REMOVALS
from gallery.storage.signed_urls import LIFETIME_SECONDS, WINDOW_SECONDS
from infra.deploy.options import Options
from infra.deploy.stages import STEPS
from infra.worker_zip import PROJECT
from tests.templates import load, resources_of
from thumbworker.contract.policy import CURRENT

WATCH = load("watch")["Resources"]
OPTIONS = Options.read("dev", {})


def page(name: str) -> str:
    return " ".join((PROJECT / "docs" / f"{name}.md").read_text().split())


def queue(name: str) -> dict[str, Any]:
    return resources_of("AWS::SQS::Queue")[name]["Properties"]


def limit(alarm: str) -> int:
    return WATCH[alarm]["Properties"]["Threshold"]


WINDOW = WINDOW_SECONDS // 60
LABELS = {"webp": "WebP", "avif": "AVIF"}
WORDS = {3: "three", 5: "five", 8: "eight", 10: "ten"}
THUMBNAILS, DEAD_LETTERS = queue("ThumbnailsQueue"), queue("ThumbnailsDeadLetterQueue")
RECEIVES = THUMBNAILS["RedrivePolicy"]["maxReceiveCount"]
PAUSE = load("database")["Parameters"]["SleepAfterSeconds"]["Default"]
RATE = load("firewall")["Parameters"]["RequestsInFiveMinutes"]["Default"]
RENDITIONS = ", ".join(
    f"{' and '.join(str(spec.longest_side) for spec in specs)} px {LABELS[form]}"
    for form, specs in groupby(
        [spec for spec in CURRENT.renditions if not spec.other_side], key=lambda spec: spec.format
    )
)
CONCURRENCY = [int(count) for count in load("template")["Mappings"]["Batches"]["AtOnce"]]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("runbook", f"at most {LIFETIME_SECONDS // 60} minutes (two windows of {WINDOW} minutes)"),
        ("cost", f"valid for {WINDOW} to {LIFETIME_SECONDS // 60} minutes"),
        ("scaling", f"for a window of {WINDOW} minutes"),
        ("runbook", f"in {WORDS[RECEIVES]} attempts"),
        (
            "runbook",
            f"expire after {DEAD_LETTERS['MessageRetentionPeriod'] // 86_400} days",
        ),
        ("runbook", f"messages wait {THUMBNAILS['MessageRetentionPeriod'] // 86_400} days"),
        ("runbook", f"waited more than {limit('QueueAge') // 60} minutes"),
        ("runbook", f"More than {WORDS[limit('WebErrors')]} errors (5xx) in five minutes"),
        ("runbook", f"of at least {10 / (1 - limit('FailureRate')):.0f} photos in 15 minutes"),
        ("runbook", f"would have removed more than {MAX_REMOVALS} photos in one run"),
        ("backup", f"above {MAX_REMOVALS} removals in a run"),
        ("runbook", f"(at least {OPTIONS.sweep_gone_seconds // 60} minutes)"),
        ("deploy", f"prints its {WORDS[len(STEPS)]} steps"),
        ("deploy", f"{', '.join(map(str, CONCURRENCY[:-1]))} or {CONCURRENCY[-1]}, below the account's"),
        ("deploy", f"| `AWS_REGION` | `{OPTIONS.region}` |"),
        (
            "deploy",
            f"{RATE:,} requests in five minutes",
        ),
        ("architecture", f"windows of {WINDOW} minutes and expire after {LIFETIME_SECONDS // 60} minutes"),
        ("architecture", RENDITIONS),
        ("architecture.ja", f"{WINDOW} 分の区間ごとに署名され、遅くとも {LIFETIME_SECONDS // 60} 分で失効"),
        ("architecture", f"above {MAX_REMOVALS} removals in a run"),
        ("database", f"pauses after {WORDS[PAUSE // 60]} minutes"),
    ],
)
def test_page__has_the_figure_of_the_code(name: str, sentence: str) -> None:
    assert sentence in page(name)


def test_runbook__restores_visibility_and_retention_of_the_template() -> None:
    text = page("runbook")
    visibility = [str(queue(name)["VisibilityTimeout"]) for name in ("ThumbnailsQueue", "ImportsQueue")]
    assert re.findall(r"VisibilityTimeout=(\d+)` \(imports: (\d+)\)", text) == [tuple(visibility)]
    assert f"(queues ending in `-dead`: {DEAD_LETTERS['MessageRetentionPeriod']})" in text
