"""Pages show each photo once, in order, even while others are uploaded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, decode_cursor, encode_cursor, page_of, page_of_lists

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory


def walk(size: int) -> list[Photo]:
    shown: list[Photo] = []
    cursor = ""
    while True:
        page = page_of(Photo.objects.all(), cursor, size=size)
        shown += page.photos
        if not page.next_cursor:
            return shown
        cursor = page.next_cursor


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages__show_each_photo_once_in_order(size: int, alice: User, make_photo: PhotoFactory) -> None:
    same_instant = timezone.now()
    for _ in range(4):
        make_photo(alice, created_at=same_instant)
    for minutes in range(3):
        make_photo(alice, created_at=same_instant - timedelta(minutes=minutes))
    shown = walk(size)
    assert [photo.pk for photo in shown] == [photo.pk for photo in Photo.objects.newest_first()]
    assert len(shown) == 7


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "has_next"), [(PAGE_SIZE, False), (PAGE_SIZE + 1, True)])
def test_page__last_one_has_no_next_cursor(
    count: int, has_next: bool, alice: User, make_photo: PhotoFactory
) -> None:
    for _ in range(count):
        make_photo(alice)
    page = page_of(Photo.objects.all(), "")
    assert len(page.photos) == PAGE_SIZE
    assert (page.next_cursor != "") is has_next


@pytest.mark.django_db
def test_pages__new_upload_shifts_nothing(alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(4):
        make_photo(alice)
    first = page_of(Photo.objects.all(), "", size=2)
    make_photo(alice, created_at=timezone.now())
    second = page_of(Photo.objects.all(), first.next_cursor, size=2)
    assert not {photo.pk for photo in first.photos} & {photo.pk for photo in second.photos}


@pytest.mark.parametrize("untrusted", ["", "x", "!!!!", "A" * 32, "é", "AAAA" * 100, "_" * 32])
def test_decode_cursor__invalid(untrusted: str) -> None:
    position = decode_cursor(untrusted)
    assert position is None or encode_cursor(*position) == untrusted


@given(st.text())
def test_decode_cursor__any_text(untrusted: str) -> None:
    decode_cursor(untrusted)


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - a naive bound is asked for
def test_cursor__round_trip(instant: datetime) -> None:
    photo_id = uuid4()
    assert decode_cursor(encode_cursor(instant, photo_id)) == (instant, photo_id)


@pytest.mark.django_db
def test_page_of_lists__each_photo_once_in_order(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    noon = timezone.now()
    made = [
        make_photo(owner, created_at=noon - timedelta(hours=hour))
        for hour in range(3)
        for owner in (alice, bob)
    ]
    wanted = sorted(made, key=lambda photo: (photo.created_at, photo.pk), reverse=True)
    lists = [Photo.objects.owned_by(alice), Photo.objects.owned_by(bob)]
    found, cursor = [], ""
    for _ in range(3):
        page = page_of_lists(lists, cursor, size=2)
        found += page.photos
        cursor = page.next_cursor
    assert found == wanted
    assert cursor == ""
    assert page_of_lists([], "").photos == []
