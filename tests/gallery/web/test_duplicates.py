"""The page of photos that look the same: keep the best, some or all, and take it back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.duplicates.compare import compare_some
from gallery.duplicates.models import Fingerprint
from gallery.photos.models import Photo
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db
PAGE = "/me/duplicates/"


@pytest.fixture
def groups(make_photo: PhotoFactory, stores: Stores, alice: User) -> list[list[Photo]]:
    """Return two groups of alike photos, the best first: of three and of two."""
    made = []
    for dhash, number in (("0123456789abcdef", 3), ("fedcba9876543210", 2)):
        photos = [
            make_photo(
                alice,
                processed_at=timezone.now() - timedelta(hours=1),
                width=3000 // (place + 1),
                height=2000 // (place + 1),
            )
            for place in range(number)
        ]
        for photo in photos:
            stores.put_item(ready_item(photo, dhash=dhash))
        made.append(photos)
    compare_some(has_time=lambda: True)
    return made


def group_of(photo: Photo) -> UUID:
    """Return the id of the photo's group."""
    return Fingerprint.objects.get(pk=photo.pk).group  # type: ignore[return-value]


def in_trash() -> set[UUID]:
    """Return the ids of the photos in the trash."""
    return set(Photo.objects.trashed().values_list("pk", flat=True))


def decide(client: Client, **fields: Any) -> Any:
    """Send the form, and follow to the page that it leads to."""
    page = client.get(PAGE).context["groups"]
    shown = [str(photo.pk) for _group, photos in page for _tile, photo, _best in photos]
    return client.post(f"{PAGE}decide/", {"next": PAGE, "shown": shown} | fields, follow=True)


def test_page__newest_group_first(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(alice).get(PAGE)
    shown = [[photo.pk for _tile, photo, _best in photos] for _group, photos in page.context["groups"]]
    assert shown == [[photo.pk for photo in group] for group in reversed(groups)]
    assert page.content.decode().count("Keep · best") == 2
    assert "2 groups of photos look the same" in page.content.decode()


def test_page__queries_do_not_grow_with_photos(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get(PAGE)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
        decide(client, group=str(group_of(groups[1][0])), all="1")
        client.get(PAGE)
    assert counts[0] == counts[1]


def test_page__others_see_none(
    groups: list[list[Photo]], bob: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(bob)
    assert "No duplicates." in client.get(PAGE).content.decode()
    answer = decide(client, group=str(group_of(groups[0][0])), best="1")
    assert "decided about already" in answer.content.decode()
    assert in_trash() == set()
    client.post(f"{PAGE}reopen/?group={group_of(groups[0][0])}")


def test_decide__the_best_of_all_groups_and_back(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    answer = decide(client, group=[str(group_of(group[0])) for group in groups], best="1")
    assert in_trash() == {photo.pk for group in groups for photo in group[1:]}
    assert "No duplicates." in answer.content.decode()
    (message,) = answer.context["messages"]
    client.post(message.extra_tags.removeprefix("undo:"))
    assert in_trash() == set()
    assert len(client.get(PAGE).context["groups"]) == 2


def test_decide__those_that_are_chosen(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client]
) -> None:
    first, second, third = groups[0]
    decide(client_of(alice), group=str(group_of(first)), keep=[str(second.pk), str(third.pk)])
    assert in_trash() == {first.pk}


@pytest.mark.parametrize("keep", ["none", "another group's", "all"])
def test_decide__nothing_to_do(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client], keep: str
) -> None:
    kept = {"none": [], "another group's": groups[1], "all": groups[0]}[keep]
    answer = decide(
        client_of(alice), group=str(group_of(groups[0][0])), keep=[str(photo.pk) for photo in kept]
    )
    assert "Choose" in answer.content.decode()
    assert in_trash() == set()


def test_decide__keep_all_and_back(
    groups: list[list[Photo]], alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    answer = decide(client, group=str(group_of(groups[0][0])), all="1")
    assert len(answer.context["groups"]) == 1
    (message,) = answer.context["messages"]
    undo = message.extra_tags.removeprefix("undo:")
    client_of(bob).post(undo)
    assert len(client.get(PAGE).context["groups"]) == 1
    client.post(undo)
    assert len(client.get(PAGE).context["groups"]) == 2


@pytest.mark.parametrize("path", ["decide/", "reopen/?group=x"])
def test_decide__ids_that_are_none(alice: User, client_of: Callable[[User], Client], path: str) -> None:
    assert client_of(alice).post(PAGE + path, {"group": "x"}).status_code == 404


def test_page__signed_out(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.post(f"{PAGE}decide/").status_code == 302


def test_decide__keeps_all_that_are_chosen_in_many_groups(
    groups: list[list[Photo]], alice: User, client_of: Callable[[User], Client]
) -> None:
    kept = [str(uuid4()) for _ in range(30)] + [str(photo.pk) for group in groups for photo in group[1:]]
    decide(client_of(alice), group=[str(group_of(group[0])) for group in groups], keep=kept)
    assert in_trash() == {group[0].pk for group in groups}


@pytest.mark.parametrize("how", ["best", "keep", "all"])
def test_decide__a_group_that_grew_is_looked_at_first(
    groups: list[list[Photo]],
    alice: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
    stores: Stores,
    how: str,
) -> None:
    client = client_of(alice)
    first = groups[1][0]
    shown = re.findall(r'name="shown" value="([^"]+)"', client.get(PAGE).content.decode())
    # Both forms name all photos: the one for all groups, and that of each.
    assert sorted(shown) == sorted(2 * [str(photo.pk) for group in groups for photo in group])
    late = make_photo(alice, processed_at=timezone.now() - timedelta(minutes=30), width=3000, height=2000)
    stores.put_item(ready_item(late, dhash="fedcba9876543210"))
    compare_some(has_time=lambda: True)
    fields = {"shown": shown, "group": str(group_of(first)), how: str(first.pk)}
    answer = decide(client, **fields)
    assert "More photos look the same now. Look at them first." in answer.content.decode()
    assert in_trash() == set()
    assert not Fingerprint.objects.filter(is_kept=True).exists()
    decide(client, **fields | {"shown": [*shown, str(late.pk)]})
    assert len(in_trash()) == (0 if how == "all" else 2)
