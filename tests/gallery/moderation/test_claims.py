"""Soft claims keep two moderators from the same photo, and block no one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.moderation.models import ReviewClaim
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

URL = "/admin/photos/photo/"


@pytest.fixture
def browser(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


@pytest.fixture
def others(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def claim(client: Client, *photos: Photo, **more: str) -> dict[str, str]:
    data = {"chosen": [f"{photo.pk}:pending" for photo in photos], **more}
    readers: dict[str, str] = client.post(f"{URL}claims/", data).json()["readers"]
    return readers


def listed(client: Client, **query: str) -> list[tuple[Photo, str]]:
    return [(entry.photo, entry.reader) for entry in client.get(URL, query).context_data["entries"]]


def test_claim__others_get_the_photo_last_with_its_reader(
    browser: Client, others: Client, alice: User, make_photo: PhotoFactory
) -> None:
    first, second = make_photo(alice, State.PENDING), make_photo(alice, State.PENDING)
    assert claim(browser, first) == {}
    assert claim(others, first, second) == {str(first.pk): "charlie"}
    assert listed(browser) == [(first, ""), (second, "admin")]
    assert listed(others) == [(second, ""), (first, "charlie")]
    assert "Being read by charlie" in others.get(URL).text


def test_claim__blocks_no_decision(
    browser: Client, others: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    claim(browser, photo)
    others.post(URL, {"decision": "approve", "chosen": f"{photo.pk}:pending:{photo.words_mark}"})
    photo.refresh_from_db()
    assert photo.state == State.APPROVED


def test_claim__expires_and_is_renewed(
    browser: Client, others: Client, alice: User, make_photo: PhotoFactory
) -> None:
    kept, left = make_photo(alice, State.PENDING), make_photo(alice, State.PENDING)
    claim(browser, kept, left)
    ReviewClaim.objects.update(until=timezone.now() + timedelta(seconds=5))
    claim(browser, kept)
    assert ReviewClaim.objects.get(photo_id=kept.pk).until > timezone.now() + timedelta(seconds=60)
    ReviewClaim.objects.filter(photo_id=left.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert listed(others) == [(left, ""), (kept, "charlie")]
    assert claim(others, left) == {}


def test_claim__is_released(browser: Client, others: Client, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING)
    claim(browser, photo)
    claim(others, photo, release="1")
    assert listed(others) == [(photo, "charlie")], "no one releases another's claim"
    claim(browser, photo, release="1")
    assert listed(others) == [(photo, "")]


def test_claim__only_of_photos_in_reach(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    claim(browser, make_photo(alice, State.PENDING, visibility=Visibility.PRIVATE))
    assert not ReviewClaim.objects.exists()


def test_claim__searches_and_other_lists_keep_their_order(
    browser: Client, others: Client, alice: User, make_photo: PhotoFactory
) -> None:
    first, second = make_photo(alice, State.PENDING), make_photo(alice, State.PENDING)
    claim(browser, first)
    assert [photo for photo, _ in listed(others, q="alice")] == [second, first]
    assert [photo for photo, _ in listed(others, show="pending")] == [first, second]
