"""The page of what takes room."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.photos.states import State
from gallery.photos.storage_use import MOST_LARGEST, largest, storage_use
from tests.gallery.conftest import size_of_rows
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(make_photo: PhotoFactory, alice: User, bob: User) -> None:
    """Give Alice photos of three years and two formats, one in the trash, and Bob one."""
    for year, kind, size_bytes in (
        (2019, "JPEG", 300),
        (2019, "HEIF", 500),
        (2021, "JPEG", 400),
        (999, "JPEG", 1),
    ):
        make_photo(alice, taken_local=datetime(year, 6, 1), format=kind, size_bytes=size_bytes)  # noqa: DTZ001
    make_photo(alice, trashed_at=timezone.now(), size_bytes=70, format="JPEG")
    make_photo(alice, is_received=True, trashed_at=timezone.now(), size_bytes=5, format="JPEG")
    make_photo(alice, State.AWAITING, created_at=timezone.now(), size_bytes=9)
    make_photo(bob, size_bytes=10_000, format="JPEG")


@pytest.mark.usefixtures("library")
def test_storage_use__by_year_and_format(alice: User) -> None:
    use = storage_use(alice)
    this_year = str(timezone.now().year)
    years = [(share.name, share.photos, share.size_bytes, share.percent) for share in use.years]
    assert years == [
        (this_year, 1, 9, 1),
        ("2021", 1, 400, 50),
        ("2019", 2, 800, 100),
        ("0999", 1, 1, 0),
    ]
    formats = [(share.name, share.photos, share.size_bytes) for share in use.formats]
    assert formats == [("JPEG", 3, 701), ("HEIF", 1, 500), ("", 1, 9)]
    assert (use.trash_photos, use.trash_bytes) == (1, 70)
    assert (use.received_photos, use.received_bytes) == (1, 5)
    elsewhere = use.trash_bytes + use.received_bytes
    assert sum(share.size_bytes for share in use.years) + elsewhere == size_of_rows(alice)


@pytest.mark.usefixtures("library")
def test_largest__of_photos_with_a_picture(alice: User) -> None:
    assert [photo.size_bytes for photo in largest(alice)] == [500, 400, 300, 1]


def test_page__same_queries_for_more_photos(
    make_photo: PhotoFactory, stores: Stores, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    counts = []
    for number in (1, MOST_LARGEST + 5):
        for _ in range(number):
            stores.put_item(ready_item(make_photo(alice, size_bytes=2_000_000, format="JPEG")))
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/me/storage/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.context["largest"]) == MOST_LARGEST
    assert [share.photos for share in page.context["use"].years] == [MOST_LARGEST + 6]


def test_page__empty(alice: User, stores: Stores, client_of: Callable[[User], Client]) -> None:
    assert "Nothing here yet." in client_of(alice).get("/me/storage/").content.decode()
