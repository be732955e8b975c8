"""Options of a deployment and their validation."""

from __future__ import annotations

import pytest

from infra.commands import CommandError
from infra.deploy.options import Options
from tests.templates import load


def test_options__have_defaults() -> None:
    options = Options.read("dev", {})
    assert (options.layer, options.worker_concurrency, options.firewall) == (False, 0, False)
    assert str(options.target) == "cp313-arm64"
    assert str(options.worker_target) == "cp313-x86_64"


def test_options__set_the_worker() -> None:
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
        ("web", {}),
        ("dev", {"WORKER_CONCURRENCY": "many"}),
        ("dev", {"SWEEP_MINUTES": "-1"}),
        ("dev", {"SWEEP_MINUTES": "0"}),
        ("dev", {"SWEEP_MINUTES": "721"}),
        ("dev", {"DOMAIN_NAME": "photos.example.com"}),
        ("dev", {"PICTURES_DOMAIN_NAME": "pictures.example.com"}),
        ("dev", {"DOMAIN_NAME": "a.example", "CERTIFICATE_ARN": "arn", "PICTURES_DOMAIN_NAME": "a.example"}),
    ],
)
def test_options__name_an_invalid_choice(stage: str, given: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        Options.read(stage, given)


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(1, 1800), (5, 1800), (10, 1800), (60, 10_800), (720, 86_400)]
)
def test_sweep_alarm__follows_the_rate(minutes: int, seconds: int) -> None:
    assert Options.read("dev", {"SWEEP_MINUTES": str(minutes)}).sweep_gone_seconds == seconds
    parameter = load("watch")["Parameters"]["SweepGoneSeconds"]
    assert parameter["MinValue"] <= seconds <= parameter["MaxValue"]
    assert seconds % 60 == 0
    assert seconds >= 2 * 60 * minutes
