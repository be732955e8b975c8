"""An album that a grant lets its holder download: pages of addresses for a script, and a list of links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.core import reasons
from gallery.downloads.listing import PAGE_SIZE
from gallery.photos.states import State, Visibility
from gallery.sharing import actions
from gallery.sharing.models import Role
from gallery.web import limits
from tests.gallery.sharing.conftest import browser_at, page_of

if TYPE_CHECKING:
    from django.test import Client

    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from tests.gallery.conftest import FileFactory, PhotoFactory
    from tests.gallery.sharing.conftest import Sharer

pytestmark = pytest.mark.usefixtures("empty_aws")
JSON = {"accept": "application/json"}


@pytest.fixture
def shared(share: Sharer) -> actions.Shared:
    return share(role=Role.DOWNLOAD)


@pytest.fixture
def guest(shared: actions.Shared) -> Client:
    client = browser_at(shared)
    client.get(page_of(shared))
    return client


def items(guest: Client, shared: actions.Shared, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = guest.get(page_of(shared, "download/items/"), query, headers=JSON).json()
    return found


def test_items__are_what_the_grant_shows(
    guest: Client,
    shared: actions.Shared,
    alice: User,
    album: Album,
    make_photo: PhotoFactory,
    file: FileFactory,
) -> None:
    shown = [make_photo(alice, visibility=Visibility.PRIVATE), make_photo(alice, State.PENDING)]
    hidden = [make_photo(alice, State.REJECTED), make_photo(alice, trashed_at=timezone.now())]
    jpeg, raw = file("JPEG"), file("CR3")
    album.photos.add(*shown, *hidden, jpeg, raw)
    elsewhere = make_photo(alice)
    found = items(guest, shared)
    ids = [str(photo.pk) for photo in (*shown, jpeg)]
    on_page = [str(tile.photo_id) for tile in guest.get(page_of(shared)).context["tiles"]]
    assert [item["id"] for item in found["items"]] == on_page
    assert sorted(on_page) == sorted(ids)
    assert found["next_cursor"] == ""
    asked = ",".join(str(photo.pk) for photo in (elsewhere, *hidden, *shown))
    assert [item["id"] for item in items(guest, shared, photos=asked)["items"]] == ids[:2]


def test_items__tell_no_more_than_the_photo(
    guest: Client, shared: actions.Shared, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    plain = make_photo(alice, file_name="with Bob in Lund.JPG", is_favorite=True)
    titled = make_photo(alice, file_name="secret", caption="../Low: tide", size_bytes=7)
    album.photos.add(titled)
    album.photos.add(plain)
    for viewer in (None, alice):
        if viewer:
            guest.force_login(viewer)
        found = items(guest, shared)["items"]
        short = f"photo-{plain.pk.hex[:8]}.jpg"
        assert [item["names"][0] for item in found] == [short, "_Low_ tide"]
        assert found[1]["names"][1:] == [f"_Low_ tide-{titled.pk.hex[:8]}", f"_Low_ tide-{titled.pk.hex}"]
        assert [item["about"] for item in found] == [None, None]
        assert found[1]["sizeBytes"] == 7
        said = unquote(str(found))
        assert "Bob in Lund" not in said
        assert "secret" not in said
        query = parse_qs(urlsplit(found[0]["address"]).query)
        assert short in query["response-content-disposition"][0]
        assert urlsplit(found[0]["address"]).path.endswith(f"originals/{plain.pk}")


def test_items__page_by_page_by_the_same_number_of_queries(
    guest: Client, shared: actions.Shared, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    album.photos.add(make_photo(alice))
    items(guest, shared)  # The first writes the row of the limit.
    counts = []
    for more in (1, PAGE_SIZE):
        album.photos.add(*(make_photo(alice) for _ in range(more)))
        with CaptureQueriesContext(connection) as caught:
            first = items(guest, shared)
        counts.append(len(caught.captured_queries))
    assert len(first["items"]) == PAGE_SIZE
    assert len(items(guest, shared, cursor=first["next_cursor"])["items"]) == 2
    assert counts[0] == counts[1] <= 9


def test_page__lists_links_and_leads_on(
    guest: Client, shared: actions.Shared, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice, size_bytes=1_000_000) for _ in range(PAGE_SIZE + 1)]
    album.photos.add(*photos)
    assert page_of(shared, "download/") in guest.get(page_of(shared)).text
    answer = guest.get(page_of(shared, "download/"))
    assert f"{PAGE_SIZE + 1} files" in answer.text
    assert answer.text.count("/original/") == PAGE_SIZE
    assert answer.headers["Cache-Control"] == "private, no-store"
    following = guest.get(page_of(shared, "download/"), {"cursor": answer.context["next_cursor"]})
    assert following.text.count("/original/") == 1
    assert following.context["next_cursor"] == ""


def test_page__of_an_empty_album(guest: Client, shared: actions.Shared) -> None:
    assert "download/" not in guest.get(page_of(shared)).text
    assert "data-zip" not in guest.get(page_of(shared, "download/")).text


@pytest.mark.parametrize("then", ["download/", "download/items/"])
def test_download__not_by_a_grant_to_view(
    then: str, share: Sharer, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    album.photos.add(make_photo(alice))
    shared = share(role=Role.VIEW)
    client = browser_at(shared)
    assert "download/" not in client.get(page_of(shared)).text
    assert client.get(page_of(shared, then)).status_code == 404


def test_items__of_a_share_that_ended_say_so(
    guest: Client, shared: actions.Shared, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    album.photos.add(photo)
    actions.end(None, shared.grant)
    for query in ({}, {"cursor": "x"}, {"photos": str(photo.pk)}):
        answer = guest.get(page_of(shared, "download/items/"), query, headers=JSON)
        assert answer.status_code == 410
        assert answer.json()["sentence"] == reasons.NO_LONGER_SHARED.sentence


def test_items__refused(guest: Client, shared: actions.Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    assert items(guest, shared, photos="x")["reason"] == "not_found"
    many = ",".join(str(uuid4()) for _ in range(PAGE_SIZE + 1))
    assert items(guest, shared, photos=many)["reason"] == "too_many_chosen"
    monkeypatch.setattr("gallery.web.downloads.DOWNLOADS", limits.Limit("tiny", 1, limits.MINUTE, burst=1))
    statuses = [guest.get(page_of(shared, "download/items/"), headers=JSON).status_code for _ in range(2)]
    assert statuses == [200, 429]


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.VIEW, False), (Role.CLEAN, True), (Role.DOWNLOAD, True), (Role.ADD, True)]
)
def test_tile__lightbox_downloads_what_the_role_says(
    share: Sharer, album: Album, file: FileFactory, role: Role, *, offered: bool
) -> None:
    album.photos.add(file("JPEG"))
    shared = share(role=role)
    guest = browser_at(shared)
    page = guest.get(page_of(shared)).text
    assert ('data-download="original"' in page) is offered
    assert 'data-download="picture"' not in page
