"""New words of approved photos on the review page: old and new side by side, and decisions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gallery.albums import words
from gallery.albums.tagging import set_tags, tags_of
from gallery.moderation.desk import value_of
from gallery.photos.models import Photo
from gallery.photos.states import State, WordsState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

URL = "/admin/photos/photo/"


@pytest.fixture
def browser(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return an approved photo with new words that wait."""
    found = make_photo(alice, caption="Harbor")
    set_tags(found.pk, ["boats", "sea"])
    words.change_words(found.pk, actor=alice, caption="Quay", tags=["sea", "ships"])
    return Photo.objects.get(pk=found.pk)


def send(client: Client, decision: str, value: str, reason: str = "") -> dict[str, Any]:
    data = {"decision": decision, "chosen": [value], "reason": reason}
    answer = client.post(URL, data, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    result: dict[str, Any] = answer.json()["results"][0]
    return result


def state(photo: Photo) -> tuple[str, str, str, list[str]]:
    photo.refresh_from_db()
    return photo.state, photo.words_state, photo.caption, tags_of([photo.pk])[photo.pk]


def test_queue__shows_old_and_new_words(browser: Client, photo: Photo) -> None:
    for url in (URL, f"{URL}{photo.pk}/change/"):
        page = browser.get(url).text
        assert "<del>Harbor</del> → <ins>Quay</ins>" in page
        assert "<del>boats</del> <ins>ships</ins>" in page
        assert "The photo stays public with the old ones" in page
        assert f'value="{photo.pk}:words:{photo.new_words_mark}"' in page
        assert all(f'value="{decision}"' in page for decision in ("approve", "reject", "review"))


def test_queue__new_words_of_a_photo_in_review(browser: Client, photo: Photo) -> None:
    Photo.objects.update(state=State.PENDING)
    page = browser.get(URL).text
    assert "They become public with the photo." in page
    assert f'value="{photo.pk}:pending:{photo.new_words_mark}"' in page


def test_queue__no_new_words(browser: Client, photo: Photo) -> None:
    for words_state in (WordsState.APPROVED, WordsState.REJECTED):
        Photo.objects.update(words_state=words_state)
        assert str(photo.pk) not in browser.get(URL).text
        assert "<ins>" not in browser.get(f"{URL}?show=approved").text


def test_search__finds_new_words(browser: Client, photo: Photo) -> None:
    assert str(photo.pk) in browser.get(URL, {"q": "quay"}).text


def test_approve__new_words(browser: Client, photo: Photo) -> None:
    result = send(browser, "approve", value_of(photo))
    assert (result["outcome"], result["undo"]) == ("done", None)
    assert state(photo) == ("approved", "approved", "Quay", ["sea", "ships"])


def test_reject__new_words_only(browser: Client, photo: Photo) -> None:
    result = send(browser, "reject", value_of(photo), reason="Advertising.")
    assert (result["outcome"], result["undo"]) == ("done", None)
    assert state(photo) == ("approved", "rejected", "Harbor", ["boats", "sea"])
    assert photo.words_note == "Advertising."


def test_reject__without_a_script(browser: Client, photo: Photo) -> None:
    data = {"decision": "reject", "chosen": [value_of(photo)]}
    asked = browser.post(URL, data)
    assert "Reject new captions and tags" in asked.text
    assert f'value="{value_of(photo)}"' in asked.text
    assert '<option value="Advertising.">' in asked.text
    assert '<option value="Not a photo.">' not in asked.text
    browser.post(URL, data | {"reason": "Advertising."})
    assert state(photo)[:2] == ("approved", "rejected")
    # To send the photo back to review is no undo of that.
    assert "desk-undo" not in browser.get(URL).text


def test_reject__photo_as_it_was_shown(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, caption="Harbor")
    seen = value_of(photo)
    words.change_words(photo.pk, actor=alice, caption="Quay")
    assert send(browser, "reject", seen, reason="Not a photo.")["outcome"] == "done"
    assert Photo.objects.get().state == State.REJECTED


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_decision__words_changed_since_they_were_read(
    browser: Client, alice: User, photo: Photo, decision: str
) -> None:
    seen = value_of(photo)
    words.change_words(photo.pk, actor=alice, caption="Buy now")
    result = send(browser, decision, seen, reason="Advertising.")
    assert result["outcome"] == "words_changed"
    assert "Buy now" in result["tile"]
    assert state(photo) == ("approved", "waiting", "Harbor", ["boats", "sea"])


@pytest.mark.parametrize("decision", ["review", "reject"])
def test_undo__not_over_unread_words(
    browser: Client, alice: User, make_photo: PhotoFactory, decision: str
) -> None:
    photo = make_photo(alice, caption="Harbor")
    seen = value_of(photo)
    words.change_words(photo.pk, actor=alice, caption="Buy now")
    assert send(browser, decision, seen, reason="No.")["undo"] is None


def test_review_again__takes_the_photo_off_the_public_pages(browser: Client, photo: Photo) -> None:
    assert send(browser, "review", value_of(photo))["undo"] is None
    assert state(photo) == ("pending", "waiting", "Harbor", ["boats", "sea"])
    assert send(browser, "approve", value_of(photo))["outcome"] == "done"
    assert state(photo) == ("approved", "approved", "Quay", ["sea", "ships"])
