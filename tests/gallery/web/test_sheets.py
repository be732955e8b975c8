"""Pages of many photos: what loads first, and what is said once."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.web.sheets import EAGER_TILES
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")

RULE = "New photos wait for review."


def images(text: str) -> list[str]:
    """Return the pictures' elements, in order."""
    return re.findall(r"<img [^>]*srcset[^>]*>", text)


@pytest.fixture
def sheet(alice: User, make_photo: PhotoFactory, stores: Stores) -> None:
    for _ in range(EAGER_TILES + 4):
        stores.put_item(ready_item(make_photo(alice)))


@pytest.mark.usefixtures("sheet")
def test_sheet__first_row_loads_at_once(client: Client) -> None:
    found = images(client.get("/").text)
    assert len(found) == EAGER_TILES + 4
    assert [number for number, tag in enumerate(found) if 'loading="lazy"' not in tag] == [
        *range(EAGER_TILES)
    ]
    assert [number for number, tag in enumerate(found) if 'fetchpriority="high"' in tag] == [
        *range(EAGER_TILES)
    ]


@pytest.mark.usefixtures("sheet")
def test_sheet__further_tiles_load_when_scrolled_to(client: Client) -> None:
    found = images(client.get("/", headers={"HX-Request": "true"}).text)
    assert found
    assert all('loading="lazy"' in tag for tag in found)


@pytest.mark.usefixtures("sheet")
def test_pages__are_compressed_at_random_lengths(client: Client) -> None:
    answers = [client.get("/", headers={"Accept-Encoding": "gzip"}) for _ in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert "Accept-Encoding" in answers[0].headers["Vary"]
    assert len(answers[0].content) * 3 < len(gzip.decompress(answers[0].content))
    # Equal lengths for equal pages would tell a secret beside chosen words (BREACH).
    assert len({len(answer.content) for answer in answers}) > 3
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "identity"}).headers


def test_my_photos__failed_files_are_one_line(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    good, *failed = (make_photo(alice, state) for state in (State.PENDING, State.FAILED, State.FAILED))
    theirs = make_photo(bob, State.FAILED)
    browser = client_of(alice)
    page = browser.get("/me/photos/").text
    assert "2 files failed." in page
    assert [str(photo.pk) in page for photo in (good, *failed)] == [True, False, False]
    page = browser.get("/me/photos/failed/").text
    assert [str(photo.pk) in page for photo in (good, *failed, theirs)] == [False, True, True, False]
    answer = browser.post("/me/photos/failed/clear/", follow=True)
    assert "2 files moved to trash." in answer.text
    assert "files failed." not in answer.text
    assert set(Photo.objects.trashed()) == set(failed)


@pytest.mark.parametrize(
    ("state", "visibility", "is_said"),
    [
        (State.PENDING, Visibility.PUBLIC, True),
        (State.PENDING, Visibility.PRIVATE, False),
        (State.APPROVED, Visibility.PUBLIC, False),
    ],
)
def test_my_photos__say_once_that_new_ones_wait(
    state: State,
    visibility: Visibility,
    is_said: bool,
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    for _ in range(2):
        make_photo(alice, state, visibility=visibility)
    page = client_of(alice).get("/me/photos/").text
    assert page.count(RULE) == int(is_said)
    assert "mark-pending" not in page
