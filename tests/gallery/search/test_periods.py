"""Months and years that people type as words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from gallery.search.periods import period_meant

if TYPE_CHECKING:
    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("may 2019", "from:2019-05 until:2019-05"),
        ("2019 May", "from:2019-05 until:2019-05"),
        ("Sept. 2019", "from:2019-09 until:2019-09"),
        ("septem 2019", "from:2019-09 until:2019-09"),
        ("December, 2019", "from:2019-12 until:2019-12"),
        ("2019-05", "from:2019-05 until:2019-05"),
        ("5/2019", "from:2019-05 until:2019-05"),
        ("2019\u5e74 5\u6708", "from:2019-05 until:2019-05"),
        ("2019\u5e745\u6708", "from:2019-05 until:2019-05"),
        (" 2019 ", "from:2019 until:2019"),
    ],
)
def test_period__is_understood(text: str, query: str) -> None:
    meant = period_meant(text)
    assert meant
    assert meant[1] == query


@pytest.mark.parametrize(
    "text",
    [
        "",
        "may",
        "2019 2020",
        "ma 2019",
        "mark 2019",
        "sea 2019",
        "1234",
        "2019-13",
        "2019 13\u6708",
        "2019 0\u6708",
        "0/2019",
        "may 2019 x",
        "99999",
    ],
)
def test_period__something_else(text: str) -> None:
    assert period_meant(text) is None


def test_period__in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert period_meant("mai 2019") == ("Mai 2019", "from:2019-05 until:2019-05")
    with translation.override("ja"):
        assert period_meant("may 2019") == ("2019\u5e745\u6708", "from:2019-05 until:2019-05")


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_aws")
def test_pages__offer_the_month(alice: User, make_photo: PhotoFactory, client: Client) -> None:
    address = "/search/?q=from%3A2019-05+until%3A2019-05"
    found = client.get("/search/", {"q": "may 2019"}).text
    assert "No photos found." in found
    assert f'<a href="{address}">Show photos taken in May 2019</a>' in found
    offered = client.get("/search/suggestions/", {"q": "may 2019"}).text
    assert f'data-href="{address}"' in offered
    assert "taken in" not in client.get("/search/", {"q": "harbor"}).text
