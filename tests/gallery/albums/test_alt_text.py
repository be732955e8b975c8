"""What a photo shows, for people who can't see it: written, read by a moderator, shown, found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums import words
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo, mark_of, words_mark
from gallery.photos.states import State, WordsState
from gallery.presentation.tiles import tiles_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return an approved photo whose new alternative text waits."""
    found = make_photo(alice, caption="Sea", alt_text="A pier")
    assert words.change_words(found.pk, actor=alice, alt_text="A long pier") is Outcome.WORDS_WAIT
    found.refresh_from_db()
    return found


def test_alt_text__waits_until_a_moderator_has_read_it(photo: Photo, alice: User, charlie: User) -> None:
    assert (photo.alt_text, photo.own_alt_text, photo.caption) == ("A pier", "A long pier", "Sea")
    unread = words_mark("Sea", [], "alice")
    assert words.approve(photo.pk, actor=charlie, words_mark=unread) is Outcome.WORDS_CHANGED
    assert words.approve(photo.pk, actor=charlie, words_mark=photo.words_mark) is Outcome.DONE
    photo.refresh_from_db()
    assert (photo.alt_text, photo.new_alt_text, photo.words_state) == (
        "A long pier",
        "",
        WordsState.APPROVED,
    )
    assert words.change_words(photo.pk, actor=alice, caption="Lake") is Outcome.WORDS_WAIT
    photo.refresh_from_db()
    assert photo.own_alt_text == "A long pier"


def test_alt_text__back_to_the_approved_one_waits_for_no_one(photo: Photo, alice: User) -> None:
    assert words.change_words(photo.pk, actor=alice, alt_text="A pier") is Outcome.DONE
    assert not Photo.objects.exclude(words_state=WordsState.APPROVED).exists()


def test_mark__without_one_is_as_it_was() -> None:
    assert words_mark("Sea", ["b", "a"], "alice") == mark_of("Sea", ["a", "b"], "alice")
    assert words_mark("Sea", [], "alice", "A pier") != words_mark("Sea", [], "alice")


def test_desk__shows_it_before_a_decision(
    photo: Photo,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    make_photo(alice, State.PENDING, caption="Lake", alt_text="Ducks on a lake")
    page = client_of(charlie).get("/admin/photos/photo/").text
    assert "Alternative text: Ducks on a lake" in page
    assert "<del>A pier</del> → <ins>A long pier</ins>" in page
    one = client_of(charlie).get(f"/admin/photos/photo/{photo.pk}/change/").text
    assert "<dd>A pier</dd>" in one
    assert str(photo.pk) in client_of(charlie).get("/admin/photos/photo/?q=long+pier").text


def test_tile__says_it_and_keeps_its_name(photo: Photo, alice: User, make_photo: PhotoFactory) -> None:
    plain = make_photo(alice, caption="Lake")
    found = [(tile.name, tile.alt) for tile in tiles_of([photo, plain], alice)[0]]
    assert found == [("Sea", "A pier"), ("Lake", "Lake")]


def test_edit__saves_it_with_the_caption(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo, browser = make_photo(alice, State.PENDING, caption="Sea"), client_of(alice)
    path, fields = f"{photo.get_absolute_url()}edit/", {"caption": "Sea", "visibility": "public"}
    answer = browser.post(path, fields | {"alt_text": " A pier "}, headers={"accept": "application/json"})
    assert (answer.json()["heading"], answer.json()["alt"]) == ("Sea", "A pier")
    browser.post(path, fields)
    photo.refresh_from_db()
    assert photo.alt_text == "A pier", "a form that lacks it means none"
    browser.post(path, fields | {"alt_text": ""})
    photo.refresh_from_db()
    assert photo.alt_text == ""
    assert browser.post(path, fields | {"alt_text": "x" * 501}).status_code == 422


def test_approve__of_a_photo_whose_alternative_text_changed_since(
    alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea", alt_text="A pier")
    read = photo.words_mark
    assert words.change_words(photo.pk, actor=alice, alt_text="Something else") is Outcome.DONE
    assert words.approve(photo.pk, actor=charlie, words_mark=read) is Outcome.WORDS_CHANGED
