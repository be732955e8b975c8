from __future__ import annotations

import pytest

from tests.stage import ENVIRONMENT
from thumbworker.environment import REQUIRED, Environment, SettingsMissing


def test_environment__read_and_frozen() -> None:
    environment = Environment.read(ENVIRONMENT)
    assert environment.catalogue_table == ENVIRONMENT["CATALOGUE_TABLE"]
    assert environment.endpoint_url is None
    assert environment.stage == "local"
    assert Environment.read(ENVIRONMENT | {"STAGE": "dev"}).stage == "dev"
    with pytest.raises(AttributeError):
        environment.region = "elsewhere"  # type: ignore[misc]


def test_environment__endpoint() -> None:
    variables = ENVIRONMENT | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert Environment.read(variables).endpoint_url == "http://127.0.0.1:4566"


def test_environment__names_all_missing_settings() -> None:
    with pytest.raises(SettingsMissing) as caught:
        Environment.read({"AWS_REGION": "eu-central-1", "SITE_ORIGIN": ""})
    assert caught.value.names == [name for name in REQUIRED if name != "AWS_REGION"]
    assert "CATALOGUE_TABLE" in str(caught.value)
