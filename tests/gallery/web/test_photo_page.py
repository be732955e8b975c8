"""What the owner's page of one photo does with an action's outcome."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from gallery.albums.tagging import set_tags, tags_of
from gallery.core import reasons
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory
    from tests.gallery.stores import Stores


def texts(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_try_again__someone_was_first(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
    just_before: JustBefore,
) -> None:
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=timezone.now())
    rows, browser = Photo.objects.filter(pk=photo.pk), client_of(alice)
    with just_before('UPDATE "photos_photo"', lambda: rows.update(state=State.PENDING)):
        response = browser.post(f"/photos/{photo.pk}/try-again/")
    assert response.url == photo.get_absolute_url()
    assert stores.keys("nudges/") == set()
    assert rows.get().state == State.PENDING


def test_try_again__state_does_not_allow_it(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    response = client_of(alice).post(f"/photos/{make_photo(alice).pk}/try-again/")
    assert texts(response) == [Outcome.CONFLICT.sentence]
    assert stores.keys("nudges/") == set()


def test_restore__uploaded_again(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    make_photo(alice, sha256=photo.sha256)
    response = client_of(alice).post(f"/photos/{photo.pk}/restore/")
    assert response.url == "/me/trash/"
    assert texts(response) == [Outcome.DUPLICATE.sentence]


@pytest.mark.parametrize(
    ("wanted", "leads_to"), [("/me/trash/", "/me/trash/"), ("//evil.example/", ""), ("", "")]
)
def test_restore__goes_on_in_the_trash(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], wanted: str, leads_to: str
) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    response = client_of(alice).post(f"/photos/{photo.pk}/restore/", {"next": wanted})
    assert response.url == (leads_to or photo.get_absolute_url())
    assert Photo.objects.get().trashed_at is None


def test_purge__not_in_trash(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice)
    response = client_of(alice).post(f"/photos/{photo.pk}/purge/")
    assert response.url == photo.get_absolute_url()
    assert texts(response) == [Outcome.NOT_IN_TRASH.sentence]
    assert Photo.objects.get() == photo


@pytest.fixture
def others(
    bob: User, charlie: User, client_of: Callable[[User], Client], client: Client
) -> tuple[Client, ...]:
    """Return browsers of another user, a moderator and a visitor."""
    return client_of(bob), client_of(charlie), client


def test_photo__location_is_for_its_owner_only(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    others: tuple[Client, ...],
    stores: Stores,
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo, location={"latitude": "54.321000", "longitude": "10.123000"}))
    assert "54.321000" in client_of(alice).get(photo.get_absolute_url()).text
    for browser in others:
        page = browser.get(photo.get_absolute_url()).text
        assert "Nikon D750" in page
        assert "54.321000" not in page
        assert "10.123000" not in page


WORDS = {"title": "Dawn", "artist": "Ann Other", "rating": 4, "keywords": ["Lake", "Places/Oslo"]}


def test_photo__words_of_the_file_for_its_owner_only(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    others: tuple[Client, ...],
    stores: Stores,
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo, words=WORDS))
    page = client_of(alice).get(photo.get_absolute_url()).text
    assert all(word in page for word in ("Dawn", "Ann Other", "★★★★☆", "lake, places oslo"))
    for browser in others:
        page = browser.get(photo.get_absolute_url()).text
        assert "Nikon D750" in page
        assert not any(word in page for word in ("Dawn", "Ann Other", "★", "oslo", "Oslo", "file-tags"))


def test_add_file_tags__keeps_others_and_asks_for_review(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, ["water"])
    stores.put_item(ready_item(photo, words=WORDS))
    browser = client_of(alice)
    response = browser.post(f"/photos/{photo.pk}/file-tags/")
    assert response.url == photo.get_absolute_url()
    assert texts(response) == [Outcome.WORDS_WAIT.sentence]
    photo.refresh_from_db()
    assert photo.new_tag_names == ["lake", "places oslo", "water"]
    assert tags_of([photo.pk])[photo.pk] == ["water"]
    assert "file-tags" not in browser.get(photo.get_absolute_url()).text


def test_add_file_tags__nothing_to_add(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    photo = make_photo(alice)
    response = client_of(alice).post(f"/photos/{photo.pk}/file-tags/")
    assert texts(response) == ["The file has no keywords to add."]
    assert tags_of([photo.pk]) == {}
    assert Photo.objects.get().state == State.APPROVED


def test_add_file_tags__photo_of_another_user_is_not_found(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo, words=WORDS))
    assert client_of(bob).post(f"/photos/{photo.pk}/file-tags/").status_code == 404
    assert tags_of([photo.pk]) == {}


def test_photo__interrupted_upload_says_what_to_do(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    now = timezone.now()
    photo = make_photo(alice, State.AWAITING, offered_until=now, missing_at=now)
    browser = client_of(alice)
    page = browser.get(photo.get_absolute_url()).text
    assert reasons.UPLOAD_INTERRUPTED.sentence in page
    assert "Choose the file</a>" in page
    assert "Upload interrupted" in browser.get("/me/photos/").text


@pytest.mark.parametrize(
    ("incomplete", "sentence"), [(31, "About 3% of this image"), (1, "A little of this image")]
)
def test_photo__missing_share_is_for_its_owner_only(
    incomplete: int,
    sentence: str,
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo, incomplete=incomplete))
    assert sentence in client_of(alice).get(photo.get_absolute_url()).text
    assert "missing from its file" not in client_of(bob).get(photo.get_absolute_url()).text
    stores.put_item(ready_item(photo))
    assert "missing from its file" not in client_of(alice).get(photo.get_absolute_url()).text


BEFORE_SAVE = "The photo stays as others see it now until a moderator has read the new caption or tags."


@pytest.mark.parametrize(("state", "count"), [(State.APPROVED, 2), (State.PENDING, 0)])
def test_edit__says_before_saving_that_new_words_are_reviewed(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
    state: State,
    count: int,
) -> None:
    page = client_of(alice).get(make_photo(alice, state).get_absolute_url()).text
    assert page.count(BEFORE_SAVE) == count


def test_edit__trusted_owners_need_no_review(
    trusted: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    assert BEFORE_SAVE not in client_of(trusted).get(make_photo(trusted).get_absolute_url()).text


def test_edit__goes_on_from_the_new_words(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], stores: Stores
) -> None:
    photo = make_photo(alice, caption="Harbor")
    browser = client_of(alice)
    response = browser.post(f"/photos/{photo.pk}/edit/", {"caption": "Quay", "visibility": "public"})
    assert texts(response) == [Outcome.WORDS_WAIT.sentence]
    page = browser.get(photo.get_absolute_url()).text
    assert ">\nQuay</textarea>" in page
    assert "<h1>Harbor</h1>" in page
    Photo.objects.update(words_state="rejected", words_note="Advertising.")
    page = browser.get(photo.get_absolute_url()).text
    assert "were not approved. Others see the old ones. Reason: Advertising." in page


def test_date__is_corrected_by_the_form_and_back(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    others: tuple[Client, ...],
    stores: Stores,
) -> None:
    noon = datetime(2026, 10, 31, 12)  # noqa: DTZ001 - a wall clock
    photo = make_photo(alice, taken_local=noon, taken_at=datetime(2026, 10, 31, 11, tzinfo=UTC))
    stores.put_item(ready_item(photo))
    browser, path = client_of(alice), f"/photos/{photo.pk}/date/"
    page = browser.get(photo.get_absolute_url()).text
    assert 'value="2026-10-31T12:00:00"' in page
    assert '<option value="+01:00" selected>' in page
    assert 'name="own"' not in page
    assert texts(browser.post(path, {"wall": "1974-07-01T08:30", "offset": "+05:30"})) == ["Saved."]
    photo.refresh_from_db()
    assert photo.taken_at == datetime(1974, 7, 1, 3, tzinfo=UTC)
    page = browser.get(photo.get_absolute_url()).text
    assert all(
        words in page
        for words in ("July 1, 1974, 8:30 a.m.", "The file says Oct. 31, 2026, noon.", 'name="own"')
    )
    for other in others:
        page = other.get(photo.get_absolute_url()).text
        assert "July 1, 1974" in page
        assert not any(words in page for words in ("Oct. 31, 2026", "date/"))
        assert other.post(path, {"own": "yes"}).status_code in {302, 404}
    assert texts(browser.post(path, {"own": "yes"})) == ["Saved."]
    photo.refresh_from_db()
    assert photo.taken_local == noon


@pytest.mark.parametrize("wall", ["", "soon", "1799-01-01T00:00", "2026-02-30T12:00"])
def test_date__that_is_none_is_refused(
    wall: str, alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice)
    answer = client_of(alice).post(f"/photos/{photo.pk}/date/", {"wall": wall, "offset": ""})
    assert texts(answer) == ["Choose a date and a time between 1800 and 2199."]
    photo.refresh_from_db()
    assert photo.taken_local is None


def test_date__has_no_form_where_there_is_no_picture(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
) -> None:
    failed, trashed = make_photo(alice, State.FAILED), make_photo(alice, trashed_at=timezone.now())
    for photo in (failed, trashed):
        assert "/date/" not in client_of(alice).get(photo.get_absolute_url()).text


def test_rotate__by_the_page(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    others: tuple[Client, ...],
    stores: Stores,
) -> None:
    photo = make_photo(alice, processed_at=timezone.now(), format="JPEG")
    stores.put_item(ready_item(photo, format="JPEG"))
    browser, path = client_of(alice), f"/photos/{photo.pk}/rotate/"
    for to, turns in (("left", 3), ("right", 4), ("right", 5)):
        assert browser.post(path, {"to": to}).url == photo.get_absolute_url()
        photo.refresh_from_db()
        assert photo.quarter_turns == turns
    assert "data-turning" in browser.get(photo.get_absolute_url()).text
    (told,) = browser.get("/photos/status/", {"ids": str(photo.pk)}).json()["photos"]
    assert told["turning"] is True
    for other in others:
        assert other.post(path, {"to": "left"}).status_code in {302, 404}
        assert "/rotate/" not in other.get(photo.get_absolute_url()).text
    photo.refresh_from_db()
    assert photo.quarter_turns == 5
    failed = make_photo(alice, State.FAILED)
    assert texts(browser.post(f"/photos/{failed.pk}/rotate/")) == [Outcome.CONFLICT.sentence]
