"""Pages of actions on many photos, with and without a script."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from gallery.accounts.rate_limits import Limit
from gallery.albums.models import Album
from gallery.albums.tagging import MAX_TAGS, tags_of
from gallery.batches import actions
from gallery.batches.models import Batch, Kind
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.web import batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")
START = "/me/photos/batch/"
JSON = {"accept": "application/json"}


@pytest.fixture
def alice_client(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


def send(client: Client, photos: list[Photo], act: str, **fields: Any) -> dict[str, Any]:
    """Send as the page's script does. Return the JSON of the answer."""
    data = {"act": act, "photos": ",".join(str(photo.pk) for photo in photos), **fields}
    return client.post(START, data, headers=JSON).json()


def test_form__trashes_and_offers_to_undo(
    alice: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(alice) for _ in range(3)]
    data = {"act": "trash", "photo": [photo.pk for photo in photos[:2]], "next": "/me/photos/?month=2026-05"}
    answer = alice_client.post(START, data)
    assert (answer.status_code, answer["Location"]) == (302, "/me/photos/?month=2026-05")
    assert Photo.objects.trashed().count() == 2
    page = alice_client.get("/me/photos/").content.decode()
    assert "2 photos moved to trash." in page
    assert f"/me/batches/{Batch.objects.get().pk}/undo/" in page
    alice_client.post(f"/me/batches/{Batch.objects.get().pk}/undo/")
    assert not Photo.objects.trashed().exists()
    assert "2 photos restored." in alice_client.get("/me/photos/").content.decode()


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_form__leads_nowhere_else(
    alice: User, alice_client: Client, make_photo: PhotoFactory, address: str
) -> None:
    answer = alice_client.post(START, {"act": "trash", "photo": make_photo(alice).pk, "next": address})
    assert answer["Location"] == "/me/photos/"


def test_form__that_takes_long_leads_to_its_page(
    alice: User, alice_client: Client, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "FORM_SECONDS", 0.0)
    photos = [make_photo(alice) for _ in range(3)]
    answer = alice_client.post(START, {"act": "trash", "photo": [photo.pk for photo in photos]})
    batch = Batch.objects.get()
    assert answer["Location"] == f"/me/batches/{batch.pk}/"
    page = alice_client.get(answer["Location"]).content.decode()
    assert "1 of 3" in page
    assert "Cancel" in page
    alice_client.post(f"/me/batches/{batch.pk}/cancel/")
    page = alice_client.get(answer["Location"]).content.decode()
    assert "You stopped this." in page
    assert "Undo" in page
    assert Photo.objects.trashed().count() == 1


def test_form__with_refusals_leads_to_its_page_that_links_the_photos(
    alice: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    full, other = make_photo(alice), make_photo(alice)
    tags = ",".join(f"tag {number}" for number in range(MAX_TAGS))
    send(alice_client, [full], "add_tags", tags=tags)
    data = {
        "act": "add_tags",
        "tags": "sea",
        "photo": [full.pk, other.pk],
        "next": "/me/photos/?month=2026-05",
    }
    answer = alice_client.post(START, data)
    batch = Batch.objects.get(choices__tags=["sea"])
    assert (answer.status_code, answer["Location"]) == (302, f"/me/batches/{batch.pk}/")
    page = alice_client.get(answer["Location"]).content.decode()
    assert "Tags of 1 photo changed." in page
    assert escape(reasons.TOO_MANY_TAGS.sentence) in page
    assert f'href="{full.get_absolute_url()}"' in page
    assert f'href="{other.get_absolute_url()}"' not in page
    assert f"/me/batches/{batch.pk}/undo/" in page
    assert 'class="messages"' not in page


def test_everyone__is_said_to_see_the_same_at_upload_and_for_many_photos(
    alice: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    make_photo(alice)
    for path in ("/upload/", "/me/photos/"):
        assert alice_client.get(path).content.decode().count("Everyone sees pictures, captions") == 1, path


def test_script__hears_of_progress_and_refusals(
    alice: User, bob: User, alice_client: Client, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PROGRESS_SECONDS", 0.0)
    hers, his = make_photo(alice), make_photo(bob)
    begun = send(alice_client, [hers, his], "trash")
    assert (begun["finished"], begun["processed"], begun["total"]) == (False, 1, 2)
    ended = begun
    while not ended["finished"]:
        ended = alice_client.post(ended["advance_url"], headers=JSON).json()
    assert ended["sentence"] == "1 photo moved to trash."
    assert ended["refused"] == [{"sentence": reasons.NOT_FOUND.sentence, "count": 1}]
    assert ended["refused_ids"] == [str(his.pk)]
    assert ended["undo_url"]
    page = alice_client.get(ended["url"]).content.decode()
    assert "1 photo was not changed" in page
    assert his.file_name not in page


def test_script__hears_where_the_album_is(
    alice: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    added = send(alice_client, [photo], "add_to_album", album="new", title="Walks")
    page = f"/albums/{Album.objects.get().pk}/"
    assert added["album_url"] == page
    assert page in alice_client.get(added["url"]).content.decode()
    assert alice_client.post(added["undo_url"], headers=JSON).json()["album_url"] == ""


def test_batch__of_another_person_is_not_found(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    send(client_of(alice), [make_photo(alice)], "trash")
    path = f"/me/batches/{Batch.objects.get().pk}/"
    assert client_of(bob).get(path).status_code == 404
    for door in ("advance/", "cancel/", "undo/"):
        assert client_of(bob).post(path + door).status_code == 404


def test_script__changes_tags_and_visibility(
    alice: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    assert send(alice_client, [photo], "add_tags", tags="Sea, blue hour")["done"] == 1
    assert tags_of([photo.pk]) == {photo.pk: ["blue hour", "sea"]}
    assert send(alice_client, [photo], "remove_tags", tags="sea")["sentence"] == "Tags of 1 photo changed."
    assert tags_of([photo.pk]) == {photo.pk: ["blue hour"]}
    assert send(alice_client, [photo], "hide")["sentence"] == "Only you can see 1 photo now."
    photo.refresh_from_db()
    assert photo.visibility == Visibility.PRIVATE


def test_script__shifts_and_sets_dates(alice: User, alice_client: Client, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=datetime(2019, 5, 31, 23, 59))  # noqa: DTZ001 - a wall clock

    def after(act: str, **fields: str) -> datetime:
        assert send(alice_client, [photo], act, **fields)["sentence"] == "Date of 1 photo changed."
        photo.refresh_from_db()
        return photo.taken_local

    assert after("shift_date", hours="1", direction="later") == datetime(2019, 6, 1, 0, 59)  # noqa: DTZ001
    assert after("shift_date", days="1", minutes="9", direction="earlier") == datetime(2019, 5, 31, 0, 50)  # noqa: DTZ001
    assert after("set_date", wall="1974-07-01T12:00") == datetime(1974, 7, 1, 12)  # noqa: DTZ001
    assert after("file_date") == datetime(2019, 5, 31, 23, 59)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"tags": "sea"}, Kind.ADD_TAGS),
        ({"title": "Sea"}, Kind.ADD_TO_ALBUM),
        ({"days": "1", "minutes": "9"}, Kind.SHIFT_DATE),
        ({"wall": "1974-07-01T12:00"}, Kind.SET_DATE),
    ],
)
def test_enter__without_a_script_is_the_button_of_the_field(
    alice: User, alice_client: Client, make_photo: PhotoFactory, fields: dict[str, str], kind: Kind
) -> None:
    photo = make_photo(alice)
    page = alice_client.get("/me/photos/").content.decode()
    # A browser presses the first button that sends the form.
    first = page[page.index('<form id="selection"') :].split('type="submit"', 1)[1]
    assert first.startswith(' name="act" value="enter"')
    empty = dict.fromkeys(("title", "tags", "days", "hours", "minutes", "wall"), "")
    form = empty | {"act": "enter", "photo": photo.pk, "album": "new", "direction": "later"} | fields
    alice_client.post(START, form)
    assert Batch.objects.get().kind == kind


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("add_tags", {"tags": ""}),
        ("add_tags", {"tags": "a/b"}),
        ("shift_date", {"direction": "later"}),
        ("shift_date", {"direction": "later", "hours": "24"}),
        ("shift_date", {"direction": "later", "days": "-1"}),
        ("set_date", {"wall": ""}),
        ("set_date", {"wall": "2026-02-30T12:00"}),
        ("add_to_album", {"album": "new", "title": ""}),
        ("add_to_album", {"album": "x"}),
        ("add_to_album", {"album": str(uuid4())}),
        ("remove_from_album", {}),
        ("explode", {}),
        ("enter", {}),
        ("enter", {"tags": " "}),
        ("enter", {"tags": "sea", "title": "Sea"}),
        ("enter", {"hours": "24"}),
    ],
)
def test_start__refuses_with_a_sentence(
    alice: User, alice_client: Client, make_photo: PhotoFactory, act: str, fields: dict[str, str]
) -> None:
    answer = alice_client.post(START, {"act": act, "photo": make_photo(alice).pk, **fields}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["sentence"]
    assert not Batch.objects.exists()


def test_start__says_that_nothing_is_chosen(alice_client: Client) -> None:
    answer = alice_client.post(START, {"act": "trash", "photo": "x"}, headers=JSON)
    assert answer.json() == {
        "reason": reasons.NOTHING_CHOSEN.code,
        "sentence": reasons.NOTHING_CHOSEN.sentence,
    }


def test_album__new_and_existing_with_and_without_a_script(
    alice: User, bob: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    his = Album.objects.create(owner=bob, title="Bob's")
    first, second = make_photo(alice), make_photo(alice)
    assert send(alice_client, [first], "add_to_album", album="new", title="Sea")["done"] == 1
    album = Album.objects.get(owner=alice)
    assert (album.title, album.visibility) == ("Sea", Visibility.PRIVATE)
    choices = alice_client.get("/albums/choices/").json()
    assert choices == {"albums": [{"id": str(album.pk), "title": "Sea"}]}
    form = alice_client.post(START, {"act": "choose_album", "photo": second.pk}).content.decode()
    assert f'<option value="{album.pk}">Sea</option>' in form
    assert str(second.pk) in form
    assert str(his.pk) not in form
    refused = alice_client.post(
        START, {"act": "add_to_album", "album": his.pk, "photo": first.pk}, headers=JSON
    )
    assert (refused.status_code, his.entries.count()) == (422, 0)
    send(alice_client, [second], "add_to_album", album=str(album.pk))
    assert album.entries.count() == 2
    send(alice_client, [first, second], "remove_from_album", from_album=str(album.pk))
    assert not album.entries.exists()


def test_ids__of_the_library_a_month_an_album_a_search_and_the_trash(
    alice: User, bob: User, alice_client: Client, make_photo: PhotoFactory
) -> None:
    may = make_photo(alice, taken_local=datetime(2019, 5, 31, 23, 59), caption="Old harbor")  # noqa: DTZ001
    june = make_photo(alice, taken_local=datetime(2019, 6, 1))  # noqa: DTZ001
    trashed = make_photo(alice, trashed_at=timezone.now())
    make_photo(bob, caption="harbor")
    album = Album.objects.create(owner=alice, title="Sea")
    album.entries.create(photo=june)

    def ids(query: str) -> set[str]:
        return set(alice_client.get(f"/me/photos/ids/?{query}").json()["ids"])

    assert ids("") == {str(may.pk), str(june.pk)}
    assert ids("month=2019-05") == {str(may.pk)}
    assert ids(f"album={album.pk}") == {str(june.pk)}
    assert ids("trash") == {str(trashed.pk)}
    assert ids("q=harbor") == {str(may.pk)}
    assert alice_client.get("/me/photos/ids/?album=x").status_code == 404


def test_ids__of_a_search_are_those_it_shows_of_ones_own(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    own = [make_photo(alice, caption="harbor"), make_photo(alice, caption="harbor", is_archived=True)]
    own.append(make_photo(alice, State.FAILED, caption="harbor"))
    his = make_photo(bob, caption="harbor")
    make_photo(alice, caption="harbor", trashed_at=timezone.now())
    client = client_of(alice)
    page = client.get("/search/?q=harbor")
    shown = {tile.photo_id for tile in page.context["tiles"]}
    assert shown == {photo.pk for photo in [*own, his]}
    html = page.content.decode()
    picked = {photo for photo in shown if f'value="{photo}" aria-label="Select' in html}
    assert picked == {photo.pk for photo in own}
    found = client.get(f"/me/photos/ids/?{page.context['all_found']}").json()["ids"]
    assert set(found) == {str(photo) for photo in picked}
    answer = client.post(START, {"act": "hide", "photo": found, "next": "/search/?q=harbor"})
    assert answer.headers["Location"] == "/search/?q=harbor"
    assert Photo.objects.filter(visibility=Visibility.PRIVATE).count() == 3
    for other in (client_of(bob).get("/search/?q=harbor+owner:alice"), Client().get("/search/?q=harbor")):
        assert 'class="pick"' not in other.content.decode()


def test_ids__of_searches_are_limited(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SEARCHES", Limit("test-searches", 1, timedelta(hours=1), burst=1))
    answers = [alice_client.get("/me/photos/ids/?q=sea", headers=JSON) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1]["Retry-After"]) > 0
    assert alice_client.get("/me/photos/ids/").status_code == 200


def test_ids__more_than_one_action_takes(
    alice: User, alice_client: Client, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_PHOTOS", 2)
    for _ in range(3):
        make_photo(alice)
    answer = alice_client.get("/me/photos/ids/?q=photo")
    assert (answer.status_code, answer.json()["reason"]) == (422, reasons.TOO_MANY_CHOSEN.code)


def test_tiles__can_be_selected_by_their_owner_only(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", public_title="Sea", visibility="public")
    album.entries.create(photo=make_photo(alice))
    path = f"/albums/{album.pk}/"
    for mark in ('class="pick"', "data-select>"):
        assert mark in client_of(alice).get(path).content.decode()
        assert mark not in client_of(bob).get(path).content.decode()
