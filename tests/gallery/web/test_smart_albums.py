"""Smart albums, and the order of the list of albums."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.accounts.rate_limits import Limit
from gallery.albums import actions
from gallery.albums.models import Album, SmartAlbum
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed
from gallery.search.query import MAX_LENGTH, parse
from gallery.web import albums, smart_albums

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")
JSON = {"accept": "application/json"}
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC).replace(tzinfo=None)


def captioned(photo: Photo) -> Photo:
    """Return the photo after its words are in the index of the search."""
    words_changed.send(Photo, photo_ids=[photo.pk])
    return photo


def test_smart_album__shows_what_is_found_now(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    mine, theirs = (captioned(make_photo(person, caption="blue harbor")) for person in (alice, bob))
    captioned(make_photo(alice, caption="blue harbor", trashed_at=timezone.now()))
    assert "Save as smart album" in browser.get("/search/?q=harbor").content.decode()
    answer = browser.post("/albums/smart/new/", {"title": "Harbors", "q": "harbor"})
    path = SmartAlbum.objects.get().get_absolute_url()
    assert answer.headers["Location"] == path
    assert shown(browser, path) == {str(mine.pk)}
    later = captioned(make_photo(alice, caption="harbor at night"))
    assert shown(browser, path) == {str(mine.pk), str(later.pk)}
    assert str(theirs.pk) not in browser.get(path).content.decode()
    assert path in browser.get("/albums/").content.decode()
    assert path not in client_of(bob).get("/albums/").content.decode()


def test_smart_album__leads_on_from_photo_to_photo(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    captions = ("harbor", "mountain", "harbor", "harbor")
    early, between, late, theirs = (
        captioned(make_photo(person, caption=caption, taken_local=MAY + timedelta(days=day)))
        for day, (person, caption) in enumerate(zip((alice, alice, alice, bob), captions, strict=True))
    )
    album, browser = actions.save_search(alice, title="Harbors", query="harbor"), client_of(alice)
    query = f"?smart={album.pk}"
    page = browser.get(album.get_absolute_url()).content.decode()
    assert re.findall(r'href="(/photos/[^/"]+/\?smart[^"]+)"', page) == [
        f"{photo.get_absolute_url()}{query}" for photo in (late, early)
    ]

    def neighbors(reader: Client, photo: Photo, query: str = query) -> list[str]:
        context = reader.get(photo.get_absolute_url() + query).context
        return [context["previous_url"], context["next_url"]]

    assert neighbors(browser, late) == ["", early.get_absolute_url() + query]
    assert neighbors(browser, early) == [late.get_absolute_url() + query, ""]
    # A photo that it finds no more leads back into it.
    assert neighbors(browser, between) == [photo.get_absolute_url() + query for photo in (late, early)]
    # It is its owner's, and of their photos only.
    for reader, photo in ((client_of(bob), late), (client_of(bob), theirs), (browser, theirs)):
        assert neighbors(reader, photo) == neighbors(reader, photo, "")
    assert neighbors(browser, late, "?smart=x") == neighbors(browser, late, "")


def shown(browser: Client, path: str) -> set[str]:
    return set(re.findall(r'data-photo-id="([^"]+)"', browser.get(path).content.decode()))


def test_smart_album__is_its_owners_only(alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    path = actions.save_search(alice, title="Sea", query="sea").get_absolute_url()
    for person in (bob,):
        assert client_of(person).get(path).status_code == 404
        assert client_of(person).post(f"{path}delete/").status_code == 404
    assert client_of(alice).get(path).status_code == 200
    client_of(alice).post(f"{path}delete/")
    assert client_of(alice).get(path).status_code == 404


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "", "q": "sea"}, "invalid"),
        ({"title": "Sea", "q": ""}, "invalid"),
        ({"title": "Sea", "q": "s"}, "search_too_short"),
        ({"title": "Sea", "q": "sea"}, "too_many_smart_albums"),
    ],
)
def test_smart_album__is_refused(
    fields: dict[str, str],
    code: str,
    alice: User,
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "MOST_SMART_ALBUMS", 0)
    answer = client_of(alice).post("/albums/smart/new/", fields, headers=JSON)
    assert answer.json()["reason"] == code == reasons.of(code).code
    assert not SmartAlbum.objects.exists()


@pytest.fixture
def three(alice: User, make_photo: PhotoFactory) -> list[Album]:
    """Return albums of which the first one changed last, and the second is the first by name."""
    made = [Album.objects.create(owner=alice, title=title) for title in ("sea", "Arctic", "Zoo")]
    actions.change_photos(made[0], add=[make_photo(alice).pk], remove=())
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", [2, 1, 0]), ("?sort=changed", [0, 2, 1]), ("?sort=name", [1, 0, 2]), ("?sort=x&from=x", [2, 1, 0])],
)
def test_albums__are_sorted(
    query: str, expected: list[int], alice: User, three: list[Album], client_of: Callable[[User], Client]
) -> None:
    page = client_of(alice).get(f"/albums/{query}").content.decode()
    found = re.findall(r'class="cover">\s*<a href="/albums/([^/]+)/', page)
    assert found == [str(three[at].pk) for at in expected]


def test_albums__go_on(
    alice: User, three: list[Album], client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "MOST_SHOWN", 2)
    first = client_of(alice).get("/albums/?sort=name").content.decode()
    assert 'href="?sort=name&amp;from=2" rel="next"' in first
    page = client_of(alice).get("/albums/?sort=name&from=2").content.decode()
    assert (str(three[2].pk) in page, str(three[0].pk) in page, 'rel="next"' in page) == (True, False, False)


def test_smart_album__keeps_a_long_search_as_it_was_typed(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    typed = f'"{"ab " * 30}"cc"{"de " * 33}"'.ljust(MAX_LENGTH, "f")
    # Written out, it is longer than its column, which PostgreSQL refuses.
    assert len(str(parse(typed))) > MAX_LENGTH >= len(typed)
    answer = client_of(alice).post("/albums/smart/new/", {"title": "Long", "q": typed})
    assert answer.status_code == 302
    assert SmartAlbum.objects.get().query == typed


def test_smart_album__a_search_of_many_pages_is_refused_with_a_short_address(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(alice).post("/albums/smart/new/", {"title": "Long", "q": "x" * 20_000})
    assert answer.status_code == 302
    assert len(answer.headers["Location"]) < 300


def test_smart_album__is_limited_as_a_search(
    alice: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smart_albums, "SEARCHES", Limit("page-searches", 1, timedelta(minutes=1), burst=1))
    path = actions.save_search(alice, title="Sea", query="sea").get_absolute_url()
    browser = client_of(alice)
    assert [browser.get(path).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("typed", ['""', "a"])
def test_smart_album__of_nothing_to_search_for_is_refused(
    alice: User, client_of: Callable[[User], Client], typed: str
) -> None:
    answer = client_of(alice).post("/albums/smart/new/", {"title": "All", "q": typed}, follow=True)
    assert "Type at least two characters to search." in answer.content.decode()
    assert not SmartAlbum.objects.exists()
