"""On one machine the gallery has one address, from which uploads work."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_other_loopback_name_is_sent_to_the_one_address() -> None:
    answer = Client().get("/sign-in/?next=/upload/", HTTP_HOST="localhost:8000")
    assert answer.status_code == 302
    assert answer["Location"] == "http://127.0.0.1:8000/sign-in/?next=/upload/"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "testserver"])
def test_other_hosts_are_left_alone(host: str) -> None:
    assert Client().get("/sign-in/", HTTP_HOST=host).status_code == 200


def test_a_host_that_is_not_allowed_is_refused() -> None:
    assert Client().get("/sign-in/", HTTP_HOST="evil.example").status_code == 400


def test_a_form_is_not_redirected() -> None:
    assert Client().post("/sign-in/", HTTP_HOST="localhost:8000").status_code == 200
