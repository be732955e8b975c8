"""Words of albums become public once a moderator approved what they read; numbers have caps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.accounts.models import User
from gallery.albums import actions, review
from gallery.albums.models import Album, WordsDecision
from gallery.blocks.models import Block
from gallery.photos.actions import Outcome
from gallery.photos.states import Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE
WORDS = "/admin/albums/words/"


def made(owner: User, title: str = "Sea", description: str = "Salt", visibility: str = PUBLIC) -> Album:
    """Return a new album."""
    return actions.create_album(owner, title=title, description=description, visibility=visibility)


def seen(album: Album, viewer: Any = None) -> tuple[str, str, str]:
    """Return what others read now, and the state."""
    now = Album.objects.get(pk=album.pk)
    return (*now.words_for(viewer or AnonymousUser()), now.words_state)


def approved(album: Album, by: User) -> Album:
    """Approve the album as it is now, and return it."""
    now = Album.objects.get(pk=album.pk)
    assert review.approve(now.pk, actor=by, words_mark=now.words_mark) is Outcome.DONE
    return Album.objects.get(pk=album.pk)


def test_new_words__wait_while_the_approved_stay(alice: User, bob: User, charlie: User) -> None:
    album = made(alice)
    assert seen(album) == seen(album, bob) == seen(album, charlie) == ("Album", "", "waiting")
    assert seen(album, alice) == ("Sea", "Salt", "waiting")
    approved(album, charlie)
    assert seen(album) == ("Sea", "Salt", "approved")
    actions.change_album(album, description="Buy now")
    assert seen(album) == ("Sea", "Salt", "waiting")
    assert seen(album, alice) == ("Sea", "Buy now", "waiting")
    # Back to what was read.
    actions.change_album(album, description="Salt")
    assert seen(album) == ("Sea", "Salt", "approved")


@pytest.mark.parametrize("change", [{"visibility": PRIVATE}, {"title": "Sea"}, {}])
def test_change__of_nothing_that_is_read_waits_for_no_one(
    change: dict[str, str], alice: User, charlie: User
) -> None:
    album = approved(made(alice), charlie)
    actions.change_album(album, **change)
    assert seen(album) == ("Sea", "Salt", "approved")


def test_trusted__publishes_at_once(trusted: User) -> None:
    album = made(trusted)
    assert seen(album) == ("Sea", "Salt", "approved")
    actions.change_album(album, title="Sun")
    assert seen(album) == ("Sun", "Salt", "approved")


def test_trusted__but_blocked_waits(trusted: User, admin: User) -> None:
    album = made(trusted)
    Block.objects.create(person=trusted, by=admin, reason="Spam", at=album.created_at)
    actions.change_album(album, title="Buy now")
    assert seen(album) == ("Sea", "Salt", "waiting")


@pytest.mark.parametrize(
    "change",
    [
        lambda album: actions.change_album(album, title="Buy now"),
        lambda album: actions.change_album(album, description="Buy now"),
        lambda album: User.objects.filter(pk=album.owner_id).update(username="buy-now"),
    ],
    ids=["title", "description", "name"],
)
@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_approve__words_changed(
    change: Callable[[Album], object], decision: str, alice: User, charlie: User
) -> None:
    album = made(alice)
    mark = album.words_mark
    change(album)
    decide: dict[str, Callable[[], Outcome]] = {
        "approve": lambda: review.approve(album.pk, actor=charlie, words_mark=mark),
        "reject": lambda: review.reject(album.pk, actor=charlie, words_mark=mark, reason="Rude"),
    }
    assert decide[decision]() is Outcome.WORDS_CHANGED
    assert seen(album) == ("Album", "", "waiting")
    assert not WordsDecision.objects.exists()


def test_reject__keeps_what_was_approved_before(alice: User, charlie: User) -> None:
    album = approved(made(alice), charlie)
    actions.change_album(album, title="Buy now")
    album.refresh_from_db()
    for _ in range(2):
        outcome = review.reject(album.pk, actor=charlie, words_mark=album.words_mark, reason="Ads")
        assert outcome is Outcome.DONE
    assert seen(album) == ("Sea", "Salt", "rejected")
    told = [(entry.state, entry.title, entry.reason, entry.actor) for entry in WordsDecision.objects.all()]
    assert told == [("rejected", "Buy now", "Ads", charlie), ("approved", "Sea", "", charlie)]
    # Showing it again publishes nothing.
    actions.change_album(album, visibility=PRIVATE)
    actions.change_album(album, visibility=PUBLIC)
    assert seen(album) == ("Sea", "Salt", "rejected")


def test_reject__takes_approved_words_away(alice: User, charlie: User) -> None:
    album = approved(made(alice), charlie)
    review.reject(album.pk, actor=charlie, words_mark=album.words_mark, reason="Ads")
    assert seen(album) == ("Album", "", "rejected")


def test_decision__about_ones_own_album(charlie: User, admin: User) -> None:
    album = made(charlie)
    assert review.approve(album.pk, actor=charlie, words_mark=album.words_mark) is Outcome.OWN_PHOTO
    assert review.approve(uuid4(), actor=admin, words_mark="") is Outcome.CONFLICT
    assert seen(album) == ("Album", "", "waiting")


def test_waiting__public_albums_only_and_the_longest_first(alice: User, bob: User, admin: User) -> None:
    first, second, _hidden = made(alice), made(bob), made(alice, visibility=PRIVATE)
    assert list(Album.objects.with_words_waiting()) == [first, second]
    Block.objects.create(person=bob, by=admin, reason="Spam", at=first.created_at)
    assert list(Album.objects.with_words_waiting()) == [first]


def test_desk__shows_and_decides(
    alice: User, charlie: User, client_of: Callable[[User], Client], empty_aws: None
) -> None:
    album = made(alice, "Sea <b>", "Salt")
    browser = client_of(charlie)
    assert WORDS in browser.get("/admin/photos/photo/").content.decode()
    html = browser.get(WORDS).content.decode()
    assert [word for word in ("Sea &lt;b&gt;", "Salt", "alice", album.words_mark) if word not in html] == []
    form = {"album": str(album.pk), "words_mark": album.words_mark}
    browser.post(WORDS, form | {"decision": "reject"})
    assert seen(album)[2] == "waiting"
    browser.post(WORDS, form | {"decision": "reject", "reason": "Ads"})
    assert seen(album) == ("Album", "", "rejected")
    assert "Sea" not in browser.get(WORDS).content.decode()
    assert "Ads" in browser.get(f"{WORDS}?album={album.pk}").content.decode()
    assert "Ads" in client_of(alice).get(f"/albums/{album.pk}/").content.decode()
    browser.post(WORDS, form | {"decision": "approve", "words_mark": "0" * 32})
    assert seen(album)[2] == "rejected"
    browser.post(WORDS, form | {"decision": "approve"})
    assert seen(album) == ("Sea <b>", "Salt", "approved")


@pytest.mark.parametrize(
    ("query", "status"), [("?album=x", 404), ("?album=00000000-0000-0000-0000-000000000000", 404), ("", 200)]
)
def test_desk__unknown_album(
    query: str, status: int, charlie: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(charlie).get(WORDS + query).status_code == status


def test_desk__private_albums_are_not_read(
    alice: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    album = made(alice, visibility=PRIVATE)
    browser = client_of(charlie)
    assert browser.get(f"{WORDS}?album={album.pk}").status_code == 404
    form = {"album": str(album.pk), "words_mark": album.words_mark, "decision": "approve"}
    assert browser.post(WORDS, form).status_code == 404
