"""One's own photos by the clock of capture: order, months, and the page of each month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from gallery.photos import timeline
from gallery.photos.models import Photo
from gallery.photos.months import months_of
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

UPLOADED = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def library(alice: User, make_photo: PhotoFactory) -> list[Photo]:
    """Return photos, latest first on the timeline; the second and the fourth have no time of capture."""
    clocks = [
        "2026-12-01T00:00:00",
        None,
        "2019-05-31T23:59:59",
        None,
        "2019-05-01T00:00:00.500000",
        "1969-12-31T23:59:59.999999",
        "0999-01-02",
    ]
    uploaded = [UPLOADED, UPLOADED, UPLOADED, datetime(2019, 5, 2, tzinfo=UTC), UPLOADED, UPLOADED, UPLOADED]
    return [
        make_photo(alice, taken_local=clock(text) if text else None, created_at=created_at)
        for text, created_at in zip(clocks, uploaded, strict=True)
    ]


def mine(alice: User) -> timeline.PhotoQuerySet:
    return Photo.objects.owned_by(alice).not_trashed()


def test_order__is_of_capture_or_else_of_upload(alice: User, library: list[Photo]) -> None:
    assert list(timeline.on_timeline(mine(alice))) == library


@pytest.mark.parametrize("size", [1, 2, 4, 6, 7])
def test_pages__show_each_photo_once(alice: User, library: list[Photo], size: int) -> None:
    shown, cursor = [], ""
    while True:
        page = timeline.page_on_timeline(mine(alice), cursor, size=size)
        shown += page.photos
        cursor = page.next_cursor
        if not cursor:
            break
    assert shown == library


def test_pages__photos_of_one_second_are_ordered_by_id(alice: User, make_photo: PhotoFactory) -> None:
    burst = [make_photo(alice, taken_local=clock("2020-02-02T02:02:02")) for _ in range(5)]
    first = timeline.page_on_timeline(mine(alice), size=3)
    rest = timeline.page_on_timeline(mine(alice), first.next_cursor, size=3)
    assert first.photos + rest.photos == sorted(burst, key=lambda photo: photo.pk, reverse=True)


def test_months__are_counted_newest_first(alice: User, library: list[Photo]) -> None:
    assert library
    found = [(month.name, month.count) for month in months_of(alice)]
    assert found == [("2026-12", 1), ("2026-11", 1), ("2019-05", 3), ("1969-12", 1), ("0999-01", 1)]


def test_month__begins_with_its_last_photo(alice: User, library: list[Photo]) -> None:
    month = timeline.month_named("2019-05")
    assert month
    assert timeline.page_on_timeline(mine(alice), until=month.following).photos == library[2:]


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("2019-05", "2019-06-01T00:00:00"),
        ("2019-12", "2020-01-01T00:00:00"),
        ("0999-01", "0999-02-01T00:00:00"),
        ("9999-12", "9999-12-31T23:59:59.999999"),
    ],
)
def test_month__ends_before_the_next(text: str, following: str) -> None:
    month = timeline.month_named(text)
    assert month
    assert month.following == clock(following)


@pytest.mark.parametrize(
    "text", ["", "2019", "2019-13", "2019-5", "2019-05-01", "May 2019", "\x00", "9999-99", "２０１９-05"]
)
def test_month__that_does_not_exist_is_none(text: str) -> None:
    assert timeline.month_named(text) is None


def test_neighbors__are_those_of_the_timeline(alice: User, library: list[Photo]) -> None:
    for newer, photo, older in zip(library, library[1:], library[2:], strict=False):
        at = timeline.at_of(photo)
        assert timeline.after(mine(alice), at, photo.pk).first() == newer
        assert timeline.on_timeline(timeline.before(mine(alice), at, photo.pk)).first() == older


def test_headings__begin_each_month_once(library: list[Photo]) -> None:
    begun = timeline.headings(library, None)
    assert begun == {
        library[0].pk: date(2026, 12, 1),
        library[1].pk: date(2026, 11, 1),
        library[2].pk: date(2019, 5, 1),
        library[5].pk: date(1969, 12, 1),
        library[6].pk: date(999, 1, 1),
    }
    # The page before ended in May, so that May's heading is there.
    assert timeline.headings(library[4:], timeline.at_of(library[3])) == {
        library[5].pk: date(1969, 12, 1),
        library[6].pk: date(999, 1, 1),
    }


def test_page__has_months_headings_and_links(
    alice: User, library: list[Photo], client_of: Callable[[User], Client]
) -> None:
    assert library
    text = client_of(alice).get("/me/photos/").text
    assert [name in text for name in ("?month=2026-12", "?month=2019-05", "May 2019", "?month=0999-01")] == [
        True
    ] * 4
    may = client_of(alice).get("/me/photos/?month=2019-05").text
    assert str(library[1].pk) not in may
    assert str(library[2].pk) in may
    assert "Newer: November 2026" in may
    assert client_of(alice).get("/me/photos/?month=nonsense").status_code == 200
    empty = client_of(alice).get("/me/photos/?month=0001-01").text
    assert "No older photos." in empty


def test_page__others_photos_and_trash_are_not_counted(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    make_photo(bob, taken_local=clock("2001-01-01"))
    make_photo(alice, State.FAILED, taken_local=clock("2002-02-02"))
    make_photo(alice, taken_local=clock("2003-03-03"), trashed_at=UPLOADED)
    make_photo(alice, taken_local=clock("2004-04-04"))
    text = client_of(alice).get("/me/photos/").text
    assert [year for year in (2001, 2002, 2003, 2004) if f"month={year}-" in text] == [2004]


def test_jump__asks_no_more_for_many_photos(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(70):
        make_photo(alice, taken_local=clock("2009-01-01") + timedelta(days=10 * number))
    client = client_of(alice)
    client.get("/me/photos/")
    # Session, person, photos, months, and stacks, if any: as many for any library.
    with django_assert_max_num_queries(5):
        client.get("/me/photos/?month=2010-01")


def test_public_order__shows_each_photo_once_by_time_of_capture(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photos = [
        make_photo(alice, taken_local=clock("2001-01-01") - timedelta(days=300 * at)) for at in range(70)
    ]
    make_photo(alice, State.PENDING, taken_local=clock("2002-01-01"))
    found, path = [], "/?order=timeline"
    while path:
        text = client_of(alice).get(path).text
        found += re.findall(r'data-photo-id="([^"]+)"', text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert found == [str(photo.pk) for photo in photos]
    assert "January 2001" in client_of(alice).get("/?order=timeline").text
    assert 'class="month"' not in client_of(alice).get("/").text


@pytest.mark.parametrize(
    "month", ["9999-12", "0001-01", "1969-12", "x", "\u0662\u0660\u0660\u0669-\u0660\u0665"]
)
@pytest.mark.parametrize("path", ["/me/photos/", "/"])
def test_page__any_month_is_answered(
    path: str, month: str, alice: User, library: list[Photo], client_of: Callable[[User], Client]
) -> None:
    assert library
    assert client_of(alice).get(path, {"month": month, "order": "timeline"}).status_code == 200


@pytest.mark.skipif(connection.vendor != "sqlite", reason="small tables have stable plans on SQLite only")
def test_plan__timeline_is_read_in_order(alice: User, library: list[Photo]) -> None:
    ordered = timeline.on_timeline(mine(alice))
    deep = timeline.on_timeline(timeline.before(mine(alice), timeline.at_of(library[2]), library[2].pk))
    public = timeline.on_timeline(Photo.objects.public())
    named = ((ordered, "owner"), (deep, "owner"), (public, "public"))
    for photos, name in named:
        plan = photos[:61].explain()
        assert f"photos_{name}_timeline" in plan
        assert "TEMP B-TREE" not in plan
