"""Restore all that is in the trash, or empty it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.batches import actions
from gallery.batches.models import Batch, Kind
from gallery.batches.trash import Contents, contents_of, start_on_all
from gallery.core import reasons
from gallery.photos.actions import trash as trash_one
from gallery.photos.models import Photo
from tests.gallery.conftest import SIZE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import FileFactory, PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def forty(alice: User, bob: User, make_photo: PhotoFactory) -> list[Photo]:
    """Return what Alice has in the trash; another photo is not, and one is Bob's."""
    make_photo(alice)
    make_photo(bob, trashed_at=timezone.now() - timedelta(days=1))
    at = timezone.now() - timedelta(days=2)
    return [make_photo(alice, trashed_at=at + timedelta(minutes=minute)) for minute in range(40)]


def in_trash(owner: User) -> int:
    return Photo.objects.owned_by(owner).trashed().count()


def moment_of(page: str) -> str:
    """Return when the page saw the trash, as its forms say."""
    (moment,) = set(re.findall(r'name="until" value="([^"]+)"', page))
    return moment


def test_page__restores_forty_and_takes_it_back(
    alice: User, bob: User, forty: list[Photo], client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    until = moment_of(browser.get("/me/trash/").content.decode())
    said = browser.post("/me/trash/restore/", {"until": until, "next": "/me/trash/"}, follow=True)
    assert "40 photos restored." in said.content.decode()
    assert (in_trash(alice), in_trash(bob)) == (0, 1)
    browser.post(f"/me/batches/{Batch.objects.get().pk}/undo/")
    assert in_trash(alice) == 40


def test_page__empties_what_it_showed(
    alice: User, bob: User, forty: list[Photo], make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    page = browser.get("/me/trash/").content.decode()
    assert "This deletes 40 photos permanently and frees 39.1" in page
    later = make_photo(alice)
    trash_one(later.pk, actor=alice)
    said = browser.post("/me/trash/empty/", {"until": moment_of(page)}, follow=True).content.decode()
    assert "40 photos permanently deleted." in said
    assert list(Photo.objects.owned_by(alice).trashed()) == [later]
    assert in_trash(bob) == 1


def test_page__of_an_empty_trash_has_no_buttons(alice: User, client_of: Callable[[User], Client]) -> None:
    assert "/me/trash/empty/" not in client_of(alice).get("/me/trash/").content.decode()


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "invalid"), ({"until": "x"}, "invalid"), ({"until": "2026-05-01T12:00:00Z"}, "trash_empty")],
)
def test_page__says_why_not(
    fields: dict[str, str], code: str, alice: User, client_of: Callable[[User], Client]
) -> None:
    for act in ("restore", "empty"):
        answer = client_of(alice).post(f"/me/trash/{act}/", fields, headers={"accept": "application/json"})
        assert answer.json()["reason"] == code


def test_contents__by_one_query(alice: User, forty: list[Photo], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert contents_of(alice) == Contents(40, 40 * SIZE_BYTES)


def test_trash__of_a_raw_and_its_photo(alice: User, file: FileFactory) -> None:
    top = file("JPEG")
    file("CR3")
    trash_one(top.pk, actor=alice)
    assert contents_of(alice) == Contents(1, 2 * SIZE_BYTES)
    batch = start_on_all(alice, Kind.PURGE, until=timezone.now())
    assert actions.advance(batch, has_time=lambda: True)
    assert actions.progress_of(batch) == actions.Progress(1, 1, {})
    assert not Photo.objects.exists()


def test_trash__takes_the_oldest_first(
    alice: User, forty: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_PHOTOS", 3)
    assert contents_of(alice).is_too_much
    batch = start_on_all(alice, Kind.RESTORE, until=timezone.now())
    taken = batch.photos.order_by("position").values_list("photo_id", flat=True)
    assert list(taken) == [photo.pk for photo in forty[:3]]


def test_start__refuses_an_empty_trash(alice: User) -> None:
    with pytest.raises(actions.Refused) as refused:
        start_on_all(alice, Kind.RESTORE, until=timezone.now())
    assert refused.value.reason is reasons.TRASH_EMPTY
