"""What pages, offers and one photo cost, by counted queries and calls."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gallery.operations.dashboard.prices import WORKER_CALLS
from gallery.photos import transitions
from gallery.photos.states import State
from gallery.storage import catalogue, signed_urls
from gallery.storage.originals import originals
from tests.gallery.conftest import PhotoFactory, make_photo
from tests.gallery.stores import ready_item
from tests.journey.counting import counted
from tests.pictures import flat_jpeg
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.journey.conftest import Journey

__all__ = ["make_photo"]

pytestmark = pytest.mark.django_db


def gallery_clients() -> list[object]:
    return [originals().client, catalogue._client()]


@pytest.fixture
def sixty_photos(journey: Journey, alice: User, make_photo: PhotoFactory) -> list[Photo]:
    photos = [make_photo(alice, State.APPROVED) for _ in range(61)]
    for photo in photos:
        journey.stores.put_item(ready_item(photo))
    return photos


@pytest.mark.usefixtures("sixty_photos")
@pytest.mark.parametrize("who", ["anonymous", "bob", "alice"])
def test_public_page__of_sixty_photos(who: str, alice: User, bob: User) -> None:
    client = Client()
    if who != "anonymous":
        client.force_login({"alice": alice, "bob": bob}[who])
    with counted(*gallery_clients()) as costs:
        page = client.get("/")
    assert len([tile for tile in page.context["tiles"] if "/320/" in tile.src]) == 60
    assert len(costs.beyond_session_and_user) <= 3, costs.sql
    assert costs.calls == {"BatchGetItem": 1}


@pytest.mark.usefixtures("sixty_photos")
@pytest.mark.parametrize("path", ["/me/photos/", "/me/trash/", "/upload/"])
def test_own_pages__of_sixty_photos(path: str, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    with counted(*gallery_clients()) as costs:
        assert client.get(path).status_code == 200
    assert len(costs.beyond_session_and_user) <= 3, costs.sql
    assert costs.calls["BatchGetItem"] == (path == "/me/photos/")
    assert sum(costs.calls.values()) == costs.calls["BatchGetItem"]


def test_jump_to_a_month__costs_three_queries_and_one_read(
    journey: Journey, alice: User, make_photo: PhotoFactory
) -> None:
    for number in range(120):
        # Each with a stack key, which costs the query for stacks.
        wall = datetime(2009, 1, 1) + timedelta(days=10 * number)  # noqa: DTZ001 - a wall clock
        photo = make_photo(alice, taken_local=wall, format="JPEG", stack_key=f"{number:032}")
        journey.stores.put_item(ready_item(photo, processed_at="2009-01-01T00:00:00.000+00:00"))
    client = Client()
    client.force_login(alice)
    client.get("/me/photos/")
    with counted(*gallery_clients()) as costs:
        page = client.get("/me/photos/?month=2011-06")
    assert len(page.context["tiles"]) == 60
    assert page.context["tiles"][0].month == date(2011, 6, 1)
    assert len(page.context["months"]) >= 30
    mine = [sql for sql in costs.sql if 'FROM "django_session"' not in sql]
    # The person with their session's check, then photos, stacks and months.
    assert len(mine) <= 4, costs.sql
    assert len(costs.beyond_session_and_user) == 3, costs.sql
    assert costs.calls == {"BatchGetItem": 1}


def test_second_page__costs_the_same_as_the_first(sixty_photos: list[Photo]) -> None:
    client = Client()
    first = client.get("/")
    next_url = first.context["next_url"]
    with counted(*gallery_clients()) as costs:
        second = client.get(next_url)
    assert [tile.photo_id for tile in second.context["tiles"]] == [sixty_photos[0].pk]
    assert len(costs.sql) == 1
    assert costs.calls == {"BatchGetItem": 1}


def test_offers__of_fifty_take_four_queries_and_no_call(journey: Journey, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    contents = [f"photo {number}".encode() for number in range(50)]
    with counted(*gallery_clients()) as costs:
        results = journey.offer(client, *contents)
    assert [result["outcome"] for result in results] == ["offered"] * 50
    assert len(costs.sql) <= 4, costs.sql
    assert costs.calls == {}


def test_photo__takes_the_counted_calls(journey: Journey, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    journey.upload(client, flat_jpeg())
    with counted(*journey.worker_clients()) as costs:
        assert journey.work() == 1
    once = {"GetObject": 1, "PutItem": 1, "HeadObject": 1, "Publish": 1}
    assert costs.calls == once | {"PutObject": len(CURRENT.renditions)}
    assert costs.calls == WORKER_CALLS  # what make cost multiplies


def test_nudge__costs_as_much_as_a_new_photo_and_a_read_of_its_item(journey: Journey, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    (photo_id,) = journey.upload(client, flat_jpeg())
    journey.work()
    originals().nudge(photo_id)
    with counted(*journey.worker_clients()) as costs:
        assert journey.work() == 1
    # The item is not believed, because renditions can be lost under it, but it may know of more turns.
    assert costs.calls == Counter(WORKER_CALLS) + Counter(GetItem=1)


def test_status_poll__takes_one_query_and_one_read(journey: Journey, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    photo_ids = journey.upload(client, flat_jpeg("red"), flat_jpeg("blue"))
    with counted(*gallery_clients()) as costs:
        client.get("/photos/status/", {"ids": ",".join(map(str, photo_ids))})
    assert len(costs.beyond_session_and_user) <= 3, costs.sql
    assert costs.calls == {"BatchGetItem": 1}


def test_addresses__are_signed_without_a_call(journey: Journey) -> None:
    assert journey is not None
    with counted(*gallery_clients()) as costs:
        signer = signed_urls.signer()
        assert signer is not None
        addresses = {signer.url(f"320/{uuid4()}-1.webp") for _ in range(120)}
    assert len(addresses) == 120
    assert (costs.sql, costs.calls) == ([], {})


def test_decision__takes_three_statements(
    journey: Journey, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    assert journey is not None
    photo = make_photo(alice, State.PENDING, created_at=timezone.now())
    with counted(*gallery_clients()) as costs:
        transitions.approved(photo.pk, actor=charlie)
    assert len(costs.sql) == 3
    assert costs.calls == {}
