"""Whatever is sent to the address of offers, it answers with words and never falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"uploads": 1}', '{"uploads": [1]}', "[" * 200_000, b"\xff\xfe"]
)
def test_offers__malformed_request_refused(
    alice: User, client_of: Callable[[User], Client], body: str
) -> None:
    response = client_of(alice).post(reverse("offers"), body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["reason"] == "malformed"
