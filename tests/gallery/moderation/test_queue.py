"""The review page: what it lists, and what a page costs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.utils import timezone

from gallery.albums.models import Album, AlbumEntry, Tag
from gallery.core import paginator
from gallery.moderation import uploaders
from gallery.photos.states import State, Visibility
from gallery.search.models import SearchText
from gallery.storage import catalogue
from tests.gallery.stores import Stores, ready_item
from tests.journey.counting import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

URL = "/admin/photos/photo/"
UNKNOWN = UUID(int=7)


def listed(page: HttpResponse) -> list[Photo]:
    return [entry.photo for entry in page.context_data["entries"]]


@pytest.fixture
def browser(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


def test_list__review_queue_oldest_first(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    first, second = make_photo(alice, State.PENDING), make_photo(alice, State.PENDING)
    make_photo(alice, State.APPROVED)
    page = browser.get("/admin/", follow=True)
    assert page.redirect_chain == [(URL, 302)]
    assert listed(page) == [first, second]


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED, State.FAILED, State.AWAITING])
def test_list__other_states_newest_first(
    browser: Client, alice: User, make_photo: PhotoFactory, state: State
) -> None:
    older, newer = make_photo(alice, state), make_photo(alice, state)
    make_photo(alice, State.PENDING)
    assert listed(browser.get(URL, {"show": state.value})) == [newer, older]


def test_list__no_private_photos(
    browser: Client, admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING, visibility=Visibility.PRIVATE, caption="a secret")
    for client in (browser, client_of(admin)):
        assert listed(client.get(URL)) == []
        assert listed(client.get(URL, {"q": "secret"})) == []
        assert listed(client.get(URL, {"q": str(photo.pk)})) == []
        assert client.get(f"{URL}{photo.pk}/change/").status_code == 404


def test_list__trash_for_admins_only(
    browser: Client, admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    assert listed(client_of(admin).get(URL, {"show": "trash"})) == [photo]
    assert browser.get(URL, {"show": "trash"}, follow=True).context_data["entries"] == []
    assert browser.get(f"{URL}{photo.pk}/change/").status_code == 404


@pytest.mark.parametrize(
    "text", ["sunset", "SUNSET.jpg", "over the sea", "alic", "{id}", "https://x/photos/{id}/"]
)
def test_search__every_state(
    browser: Client, alice: User, bob: User, make_photo: PhotoFactory, text: str
) -> None:
    photo = make_photo(alice, State.REJECTED, file_name="sunset.jpg", caption="Over the sea")
    make_photo(bob, State.PENDING)
    assert listed(browser.get(URL, {"q": text.format(id=photo.pk)})) == [photo]


def test_search__a_file_that_is_not_processed_yet(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING, file_name="sunset.jpg")
    assert not SearchText.objects.filter(photo=photo).exists()
    assert listed(browser.get(URL, {"q": "sunset"})) == [photo]


def test_search__words_that_moderators_do_not_read(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, caption="Over the sea")
    AlbumEntry.objects.create(album=Album.objects.create(owner=alice, title="Divorce"), photo=photo)
    assert "divorce" in SearchText.objects.get(photo=photo).own_text
    assert listed(browser.get(URL, {"q": "divorce"})) == []


def test_list__one_read_and_six_queries(
    browser: Client, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    for _ in range(61):
        stores.put_item(ready_item(make_photo(alice, State.PENDING)))
    with counted(catalogue._client()) as costs:
        page = browser.get(URL)
    assert [entry.tile.src != "" for entry in page.context_data["entries"]] == [True] * 60
    assert page.content.count(b"<img src=") == 60
    assert costs.calls == {"BatchGetItem": 1}
    # Capped counts of photos and of album titles, the page, its tags, its owners' records, its claims.
    assert len(costs.beyond_session_and_user) == 6, costs.sql
    assert listed(
        browser.get(page.context_data["older_query"] and f"{URL}{page.context_data['older_query']}")
    )


def test_list__count_is_capped(
    browser: Client, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paginator, "MAX_COUNTED_ROWS", 2)
    for _ in range(3):
        make_photo(alice, State.PENDING)
    with counted() as costs:
        page = browser.get(URL)
    assert "2 or more" in page.content.decode()
    assert [sql for sql in costs.sql if "COUNT(" in sql and "LIMIT 2" not in sql] == []


def test_list__settles_processed_photos(
    browser: Client, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo))
    browser.get(URL, {"show": "awaiting"})
    photo.refresh_from_db()
    assert photo.state == State.PENDING


def test_photo__details_and_history(
    browser: Client, charlie: User, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    photo = make_photo(alice, State.PENDING, caption="Over the sea")
    stores.put_item(ready_item(photo))
    browser.post(URL, {"decision": "approve", "chosen": f"{photo.pk}:pending:{photo.words_mark}"})
    with counted(catalogue._client()) as costs:
        page = browser.get(f"{URL}{photo.pk}/change/")
    text = page.content.decode()
    for expected in ("Over the sea", "Nikon D750", "Approved", "by charlie", "/1600/"):
        assert expected in text
    assert costs.calls == {"BatchGetItem": 1}
    assert len(costs.beyond_session_and_user) == 4, costs.sql  # the photo, its tags, its owner, its history


def test_photo__no_add_change_or_delete(
    admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    client, photo = client_of(admin), make_photo(alice)
    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}{photo.pk}/delete/", {"post": "yes"}).status_code == 403
    changed = client.post(f"{URL}{photo.pk}/change/", {"caption": "mine now", "state": "rejected"})
    assert changed.status_code == 405
    photo.refresh_from_db()
    assert (photo.caption, photo.state) == ("", State.APPROVED)


@pytest.mark.parametrize("path", [f"{UNKNOWN}/change/", "no-id/change/", f"{UNKNOWN}/history/"])
def test_photo__not_found(browser: Client, path: str) -> None:
    assert browser.get(URL + path).status_code == 404


def test_list__catalogue_unavailable(
    browser: Client, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    make_photo(alice, State.PENDING)
    stores.dynamodb.delete_table(TableName=stores.aws.outputs.catalogue_table)
    page = browser.get(URL)
    assert page.status_code == 200
    assert "Reload the page in a minute." in page.content.decode()


@pytest.mark.parametrize("path", ["/admin/", URL, "/admin/photos/deletionrecord/"])
def test_admin__not_for_visitors_and_users(
    alice: User, client: Client, client_of: Callable[[User], Client], path: str
) -> None:
    signed_out = client.get(path, follow=True)
    assert signed_out.redirect_chain[-1][0].startswith("/sign-in/?next=")
    assert client_of(alice).get(path, follow=True).status_code == 403


def test_list__staff_without_permission(
    alice: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    alice.is_staff = True
    alice.save()
    photo = make_photo(alice, State.PENDING)
    client = client_of(alice)
    assert client.get("/admin/").status_code == 200
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}{photo.pk}/change/").status_code == 403
    assert client.post(URL, {"decision": "approve", "chosen": f"{photo.pk}:pending"}).status_code == 403


def test_list__shows_every_public_text(
    browser: Client, stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    caption = " ".join(["all of it"] * 50)
    photo = make_photo(alice, State.PENDING, caption=caption)
    said = {"make": "Pills", "model": "at example.net", "lens_model": "Buy <b>now</b>"}
    stores.put_item(ready_item(photo, metadata=said))
    for name in ("sea", "buy pills at example.com"):
        Tag.objects.get_or_create(name=name)[0].photos.add(photo)
    text = browser.get(URL).text
    device = "Pills at example.net · Buy &lt;b&gt;now&lt;/b&gt;"
    for public in (f">{caption}</a>", ">sea<", ">buy pills at example.com<", device):
        assert public in text


def test_list__shows_the_uploaders_record(
    browser: Client, alice: User, trusted: User, make_photo: PhotoFactory
) -> None:
    for state in (State.APPROVED, State.APPROVED, State.REJECTED, State.PENDING):
        make_photo(alice, state)
    make_photo(trusted, State.PENDING)
    entries = {entry.uploader.name: entry.uploader for entry in browser.get(URL).context_data["entries"]}
    records = {name: (one.approved, one.rejected, one.is_trusted) for name, one in entries.items()}
    assert records == {"alice": (2, 1, False), "tina": (0, 0, True)}
    assert entries["alice"].since == alice.date_joined


def test_list__record_counts_the_latest_photos_only(
    browser: Client, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploaders, "LATEST", 3)
    for state in (State.REJECTED, State.APPROVED, State.APPROVED, State.PENDING):
        make_photo(alice, state)
    (entry,) = browser.get(URL).context_data["entries"]
    assert (entry.uploader.approved, entry.uploader.rejected, entry.uploader.has_more) == (2, 0, True)
