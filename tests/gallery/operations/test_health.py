"""Health says that the process lives, and names what does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.aws import MotoAws


def test_alive__asks_nothing(client: Client) -> None:
    response = client.get("/health/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_alive__takes_no_post(client: Client) -> None:
    assert client.post("/health/").status_code == 405


@pytest.mark.django_db
def test_ready__when_all_answers(client: Client, moto_aws: MotoAws) -> None:
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (200, {"ready": True, "down": []})


@pytest.mark.django_db
def test_ready__names_what_is_down(client: Client, moto_aws: MotoAws) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    response = client.get("/health/ready/")
    assert (response.status_code, response.json()) == (503, {"ready": False, "down": ["catalogue"]})
