"""Health checks: the process runs, and stores that do not answer are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.aws import MotoAws


def test_alive__needs_no_store(client: Client) -> None:
    response = client.get("/health/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_alive__refuses_post(client: Client) -> None:
    assert client.post("/health/").status_code == 405


@pytest.mark.django_db
def test_ready__answers_200_when_every_store_is_up(client: Client, moto_aws: MotoAws) -> None:
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (200, {"ready": True, "down": []})


@pytest.mark.django_db
def test_ready__names_a_store_that_is_down(client: Client, moto_aws: MotoAws) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (503, {"ready": False, "down": ["catalogue"]})
