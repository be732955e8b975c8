"""What a person may choose about a deployment, and what cannot be followed."""

from __future__ import annotations

import pytest

from infra.deploy.options import OptionError, Options
from tests.templates import load


def test_everything_has_a_default() -> None:
    options = Options.read("dev", {})
    assert (options.layer, options.worker_concurrency, options.firewall) == (False, 10, False)
    assert str(options.target) == "cp313-arm64"


def test_worker_is_chosen() -> None:
    options = Options.read("dev", {"LAYER": "true", "WORKER_CONCURRENCY": "50"})
    assert options.layer
    assert (
        str(options.worker_concurrency)
        in load("template")["Parameters"]["WorkerConcurrency"]["AllowedValues"]
    )


@pytest.mark.parametrize(
    ("stage", "given"),
    [
        ("Dev", {}),
        ("much-too-long", {}),
        ("dev", {"WORKER_CONCURRENCY": "many"}),
        ("dev", {"SWEEP_MINUTES": "-1"}),
        ("dev", {"SWEEP_MINUTES": "0"}),
        ("dev", {"SWEEP_MINUTES": "721"}),
        ("dev", {"DOMAIN_NAME": "photos.example.com"}),
    ],
)
def test_what_cannot_be_followed_is_said(stage: str, given: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        Options.read(stage, given)


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(1, 1800), (5, 1800), (10, 1800), (60, 10_800), (720, 86_400)]
)
def test_alarm_of_the_sweep_follows_its_rate(minutes: int, seconds: int) -> None:
    assert Options.read("dev", {"SWEEP_MINUTES": str(minutes)}).sweep_gone_seconds == seconds
    parameter = load("watch")["Parameters"]["SweepGoneSeconds"]
    assert parameter["MinValue"] <= seconds <= parameter["MaxValue"]
    assert seconds % 60 == 0
    assert seconds >= 2 * 60 * minutes
