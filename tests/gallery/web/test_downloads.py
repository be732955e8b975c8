"""Download many photos: pages of signed addresses for a script, and lists of links without one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums import actions
from gallery.albums.models import Album, AlbumEntry, PhotoTag, SmartAlbum, Tag
from gallery.downloads.listing import PAGE_SIZE
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State, Visibility, WordsState
from gallery.web import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


@pytest.fixture
def browser(client_of: Callable[[User], Client], alice: User) -> Client:
    return client_of(alice)


def page(browser: Client, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/me/download/items/", query).json()
    return found


def all_items(browser: Client, **query: str) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        answer = page(browser, **query, **({"cursor": cursor} if cursor else {}))
        found += answer["items"]
        cursor = answer["next_cursor"]
        if not cursor:
            return found


def album_of(owner: User, *photos: Photo, title: str = "Sea") -> Album:
    album = actions.create_album(owner, title=title, description="", visibility=Visibility.PRIVATE)
    for photo in photos:
        AlbumEntry.objects.create(album=album, photo=photo)
    return album


def test_items__each_once_with_a_signed_address(
    browser: Client, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(PAGE_SIZE + 3)]
    make_photo(alice, trashed_at=timezone.now())
    make_photo(bob)
    first = page(browser)
    assert len(first["items"]) == PAGE_SIZE
    found = all_items(browser)
    assert [item["id"] for item in found] == [str(photo.pk) for photo in reversed(photos)]
    parts = urlsplit(found[0]["address"])
    assert parts.path.endswith(f"originals/{photos[-1].pk}")
    query = parse_qs(parts.query)
    assert int(query["X-Amz-Expires"][0]) == first["seconds"]
    assert query["response-content-type"] == ["application/octet-stream"]


def test_items__no_cache_keeps_them(browser: Client) -> None:
    for path in ("items/", "about/"):
        answer = browser.get(f"/me/download/{path}")
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("asked", ["everything", "album", "photos"])
def test_items__queries_do_not_grow(
    browser: Client, alice: User, make_photo: PhotoFactory, asked: str
) -> None:
    page(browser)  # The first of all writes the row of its limit.
    counts = []
    for number in (2, 30):
        photos = [make_photo(alice) for _ in range(number)]
        album = album_of(alice, *photos)
        for photo in photos:
            PhotoTag.objects.create(photo=photo, tag=Tag.objects.get_or_create(name="sea")[0])
            HistoryEntry.objects.create(photo=photo, at=timezone.now(), move="processed")
        query = {
            "everything": {},
            "album": {"album": str(album.pk)},
            "photos": {"photos": ",".join(str(photo.pk) for photo in photos)},
        }[asked]
        with CaptureQueriesContext(connection) as caught:
            found = page(browser, **query)
        assert len(found["items"]) >= number
        counts.append(len(caught.captured_queries))
    assert counts[0] == counts[1] <= 8


def test_items__what_the_owner_says(
    browser: Client, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(
        alice,
        caption="read",
        new_caption="mine",
        new_alt_text="A pier",
        new_tags="dawn,sea",
        words_state=WordsState.WAITING,
        taken_local=datetime(2026, 5, 1, 6, 30),  # noqa: DTZ001 - a wall clock
        is_date_corrected=True,
        is_favorite=True,
        quarter_turns=5,
    )
    PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="old"))
    for actor in (alice, charlie, None):
        HistoryEntry.objects.create(
            photo=photo, at=timezone.now(), move="approved", actor=actor, reason="fine"
        )
    [item] = page(browser)["items"]
    about = item["about"]
    assert (about["caption"], about["altText"], about["tags"]) == ("mine", "A pier", ["dawn", "sea"])
    assert (about["takenAtLocal"], about["takenAtOffset"]) == ("2026-05-01T06:30:00", None)
    assert (about["isDateCorrected"], about["favorite"], about["archived"]) == (True, True, False)
    assert about["rotation"] == 90
    assert item["modifiedAt"] == "2026-05-01T06:30:00"
    assert [move["byOwner"] for move in about["history"]] == [True, False, False]
    assert "charlie" not in browser.get("/me/download/items/").text


def test_items__everything_is_in_folders_by_first_album(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    alone, once, twice = (make_photo(alice, file_name=name) for name in ("a.jpg", "b.jpg", "c.jpg"))
    album_of(alice, twice, title="sea")
    album_of(alice, once, twice, title="Sea")
    folders = {item["id"]: item["folder"] for item in page(browser)["items"]}
    assert folders[str(alone.pk)] == ""
    assert folders[str(twice.pk)] == "sea"
    assert folders[str(once.pk)].startswith("Sea-")


def test_items__no_file_has_the_name_of_a_folder(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    inside, outside = (make_photo(alice, file_name="paris") for _ in range(2))
    album_of(alice, inside, title="Paris")
    names = {item["id"]: item["names"] for item in page(browser)["items"]}
    assert names[str(inside.pk)][0] == "paris"
    assert names[str(outside.pk)][0].startswith("paris-")


def test_items__an_album_in_its_order_without_folders(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(3)]
    album = album_of(alice, photos[2], photos[0])
    found = page(browser, album=str(album.pk))["items"]
    assert [item["id"] for item in found] == [str(photos[0].pk), str(photos[2].pk)]
    assert {item["folder"] for item in found} == {""}


@pytest.mark.parametrize(
    ("state", "fields", "said"),
    [
        (State.AWAITING, {}, "being uploaded and processed"),
        (State.FAILED, {"reason": "too_large"}, "larger than"),
        (State.REJECTED, {"taken_down_at": datetime(2026, 5, 1)}, "taken down"),  # noqa: DTZ001
    ],
)
def test_items__without_an_original_say_why(
    browser: Client,
    alice: User,
    make_photo: PhotoFactory,
    state: State,
    fields: dict[str, Any],
    said: str,
) -> None:
    if fields.get("taken_down_at"):
        fields = {"taken_down_at": timezone.now()}
    make_photo(alice, state, **fields)
    [item] = page(browser)["items"]
    assert item["address"] is None
    assert said in item["sentence"]


def test_items__of_others_and_gone_ones_are_left_out(
    browser: Client, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    mine, theirs = make_photo(alice), make_photo(bob)
    found = page(browser, photos=f"{theirs.pk},{mine.pk},{uuid4()},{mine.pk}")
    assert [item["id"] for item in found["items"]] == [str(mine.pk)]


def test_items__refused(browser: Client, bob: User, make_photo: PhotoFactory) -> None:
    album = album_of(bob, make_photo(bob))
    assert browser.get("/me/download/items/", {"album": str(album.pk)}).status_code == 404
    assert browser.get("/me/download/items/", {"album": "x"}).status_code == 404
    assert browser.get("/me/download/items/", {"photos": "x"}).json()["reason"] == "not_found"
    many = ",".join(str(uuid4()) for _ in range(PAGE_SIZE + 1))
    assert browser.get("/me/download/items/", {"photos": many}).json()["reason"] == "too_many_chosen"
    assert browser.post("/me/download/items/").status_code == 405


def test_items__too_many_pages_wait(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = limits.Limit("tiny", 1, limits.MINUTE, burst=1)
    monkeypatch.setattr("gallery.web.downloads.DOWNLOADS", limit)
    assert browser.get("/me/download/items/").status_code == 200
    answer = browser.get("/me/download/about/", headers={"accept": "application/json"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_visitors__sign_in(client: Client) -> None:
    for path in ("", "items/", "about/"):
        assert client.get(f"/me/download/{path}")["Location"].startswith("/sign-in/")


def test_about__albums_as_their_owner_wrote_them(browser: Client, alice: User, bob: User) -> None:
    album_of(bob, title="Theirs")
    album = album_of(alice, title="Mine")
    for owner in (alice, bob):
        SmartAlbum.objects.create(owner=owner, title=f"of {owner.username}", query="sea")
    found = browser.get("/me/download/about/").json()
    assert found["smartAlbums"] == [{"title": "of alice", "query": "sea"}]
    assert (found["format"], found["version"], found["owner"]) == ("contactsheet", 1, "alice")
    assert [(one["id"], one["title"], one["order"]) for one in found["albums"]] == [
        (str(album.pk), "Mine", "added")
    ]


def test_page__says_how_much_and_links_each(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, size_bytes=1_000_000) for _ in range(61)]
    waiting = make_photo(alice, State.AWAITING)
    answer = browser.get("/me/download/")
    assert "62 files, 58.2" in answer.text.replace("\xa0", " ")
    assert f"/photos/{photos[-1].pk}/original/" in answer.text
    assert f"/photos/{waiting.pk}/original/" not in answer.text
    following = browser.get("/me/download/", {"cursor": answer.context["next_cursor"]})
    assert f"/photos/{photos[0].pk}/original/" in following.text
    assert following.context["next_cursor"] == ""


def test_page__of_an_album(browser: Client, alice: User, bob: User, make_photo: PhotoFactory) -> None:
    inside, outside = make_photo(alice), make_photo(alice)
    album = album_of(alice, inside)
    answer = browser.get("/me/download/", {"album": str(album.pk)})
    assert f"/photos/{inside.pk}/original/" in answer.text
    assert str(outside.pk) not in answer.text
    theirs = album_of(bob, make_photo(bob))
    assert browser.get("/me/download/", {"album": str(theirs.pk)}).status_code == 404


def test_chosen__one_by_one_without_a_script(
    browser: Client, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(PAGE_SIZE + 2)]
    theirs, trashed = make_photo(bob), make_photo(alice, trashed_at=timezone.now())
    chosen = [str(photo.pk) for photo in [theirs, *photos[:-1], trashed, photos[-1]]]
    first = browser.post("/me/download/", {"photo": chosen, "next": "/me/photos/"})
    assert first.text.count("/original/") == PAGE_SIZE - 1
    assert str(theirs.pk) not in first.text
    rest = browser.post("/me/download/", {"photos": first.context["later"], "next": "/me/photos/"})
    assert rest.text.count("/original/") == 3
    nothing = browser.post("/me/download/", {"next": "/me/photos/"})
    assert nothing["Location"] == "/me/photos/"


def test_service_worker__hands_over_zips_of_its_own_pages_only(client: Client) -> None:
    text = client.get("/service-worker.js").text
    assert "/me/download/zip/" in text.encode().decode("unicode_escape")
    assert "source instanceof WindowClient" in text
