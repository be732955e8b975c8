"""The other loopback name redirects to the one that uploads work from."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_canonical_host__redirects_the_other_loopback_name() -> None:
    answer = Client().get("/sign-in/?next=/upload/", HTTP_HOST="localhost:8000")
    assert answer.status_code == 302
    assert answer["Location"] == "http://127.0.0.1:8000/sign-in/?next=/upload/"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "testserver"])
def test_canonical_host__leaves_other_hosts_alone(host: str) -> None:
    assert Client().get("/sign-in/", HTTP_HOST=host).status_code == 200


def test_canonical_host__leaves_unknown_hosts_to_django() -> None:
    assert Client().get("/sign-in/", HTTP_HOST="evil.example").status_code == 400


def test_canonical_host__does_not_redirect_forms() -> None:
    assert Client().post("/sign-in/", HTTP_HOST="localhost:8000").status_code == 200
