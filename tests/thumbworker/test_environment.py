from __future__ import annotations

import pytest

from tests.stage import ENVIRONMENT
from thumbworker.environment import REQUIRED, Environment, SettingsMissing


def test_environment_is_read_once_and_frozen() -> None:
    environment = Environment.read(ENVIRONMENT)
    assert environment.catalogue_table == ENVIRONMENT["CATALOGUE_TABLE"]
    assert environment.endpoint_url is None
    assert environment.stage == "local"
    assert Environment.read(ENVIRONMENT | {"STAGE": "dev"}).stage == "dev"
    with pytest.raises(AttributeError):
        environment.region = "elsewhere"  # type: ignore[misc]


def test_endpoint_is_taken_where_there_is_one() -> None:
    variables = ENVIRONMENT | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert Environment.read(variables).endpoint_url == "http://127.0.0.1:4566"


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsMissing) as caught:
        Environment.read({"AWS_REGION": "eu-central-1", "SITE_ORIGIN": ""})
    assert caught.value.names == [name for name in REQUIRED if name != "AWS_REGION"]
    assert "CATALOGUE_TABLE" in str(caught.value)
