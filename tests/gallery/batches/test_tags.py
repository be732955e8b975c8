"""Rename, merge and remove a tag on all photos of its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums.tagging import clean_tag, set_tags, tags_of
from gallery.albums.words import change_words
from gallery.batches import actions, tags
from gallery.batches.models import Kind
from gallery.core import reasons
from gallery.photos.states import State, WordsState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.batches.models import Batch
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def with_tags(make_photo: PhotoFactory) -> Callable[..., Photo]:
    """Return a maker of photos that wait for review, so that new tags take their place at once."""

    def made(owner: User, *names: str, state: State = State.PENDING) -> Photo:
        photo = make_photo(owner, state)
        set_tags(photo.pk, names)
        return photo

    return made


def finished(batch: Batch) -> Batch:
    assert actions.advance(batch, has_time=lambda: True)
    batch.refresh_from_db()
    return batch


def names_of(photo: Photo) -> list[str]:
    return tags_of([photo.pk]).get(photo.pk, [])


def test_rename__on_own_photos_and_back(alice: User, bob: User, with_tags: Callable[..., Photo]) -> None:
    one, two = with_tags(alice, "harbour", "sea"), with_tags(alice, "harbour")
    other, theirs = with_tags(alice, "sea"), with_tags(bob, "harbour")
    batch = finished(tags.rename(alice, "harbour", "harbor", merge=False))
    assert [names_of(photo) for photo in (one, two, other)] == [["harbor", "sea"], ["harbor"], ["sea"]]
    assert names_of(theirs) == ["harbour"]
    finished(actions.undo(batch))
    assert [names_of(photo) for photo in (one, two)] == [["harbour", "sea"], ["harbour"]]


def test_rename__merges_only_if_it_was_said(alice: User, with_tags: Callable[..., Photo]) -> None:
    both, old, new = (
        with_tags(alice, "harbour", "harbor"),
        with_tags(alice, "harbour"),
        with_tags(alice, "harbor"),
    )
    with pytest.raises(actions.Refused) as refused:
        tags.rename(alice, "harbour", "harbor", merge=False)
    assert refused.value.reason is reasons.TAG_EXISTS
    batch = finished(tags.rename(alice, "harbour", "harbor", merge=True))
    assert [names_of(photo) for photo in (both, old, new)] == [["harbor"]] * 3
    finished(actions.undo(batch))
    assert [names_of(photo) for photo in (both, old, new)] == [["harbor", "harbour"], ["harbour"], ["harbor"]]


def test_rename__of_a_public_photo_waits_for_review(alice: User, with_tags: Callable[..., Photo]) -> None:
    photo = with_tags(alice, "harbour", state=State.APPROVED)
    batch = finished(tags.rename(alice, "harbour", "harbor", merge=False))
    photo.refresh_from_db()
    assert (names_of(photo), photo.new_tag_names) == (["harbour"], ["harbor"])
    assert photo.words_state == WordsState.WAITING
    assert actions.words_wait_in(batch)


def test_rename__leaves_a_photo_alone_that_lost_the_tag(alice: User, with_tags: Callable[..., Photo]) -> None:
    photo = with_tags(alice, "harbour")
    batch = tags.rename(alice, "harbour", "harbor", merge=False)
    set_tags(photo.pk, ["sea"])
    assert not actions.can_undo(finished(batch))
    assert names_of(photo) == ["sea"]


def test_rename__back_has_no_room(alice: User, with_tags: Callable[..., Photo]) -> None:
    photo = with_tags(alice, "harbour", "harbor", *(f"tag {number}" for number in range(18)))
    batch = finished(tags.rename(alice, "harbour", "harbor", merge=True))
    set_tags(photo.pk, [*names_of(photo), "one more"])
    undo = finished(actions.undo(batch))
    assert actions.progress_of(undo).refused == {reasons.TOO_MANY_TAGS.code: 1}


@pytest.mark.parametrize("names", [["sea"], ["a", "sea"], ["sea", "z"], ["a", "sea", "z"]])
def test_ids_with__tags_that_wait(names: list[str], alice: User, with_tags: Callable[..., Photo]) -> None:
    photo = with_tags(alice, state=State.APPROVED)
    change_words(photo.pk, actor=alice, tags=names)
    change_words(with_tags(alice, state=State.APPROVED).pk, actor=alice, tags=["seaside", "undersea"])
    assert names_of(photo) == []
    assert tags.ids_with(alice, "sea") == [photo.pk]


def test_remove__everywhere_and_back(alice: User, bob: User, with_tags: Callable[..., Photo]) -> None:
    mine, theirs = with_tags(alice, "sea", "sky"), with_tags(bob, "sea")
    batch = finished(tags.remove(alice, "sea"))
    assert (batch.kind, names_of(mine), names_of(theirs)) == (Kind.REMOVE_TAGS, ["sky"], ["sea"])
    finished(actions.undo(batch))
    assert names_of(mine) == ["sea", "sky"]


def test_tag__of_no_photo_is_refused(alice: User, bob: User, with_tags: Callable[..., Photo]) -> None:
    with_tags(bob, "sea")
    for act in (lambda: tags.remove(alice, "sea"), lambda: tags.rename(alice, "sea", "ocean", merge=True)):
        with pytest.raises(actions.Refused) as refused:
            act()
        assert refused.value.reason is reasons.TAG_GONE


def test_page__lists_own_tags(
    alice: User, bob: User, with_tags: Callable[..., Photo], client_of: Callable[[User], Client]
) -> None:
    with_tags(alice, "sea", "sky")
    with_tags(alice, "sea")
    with_tags(bob, "private")
    browser = client_of(alice)
    page = browser.get("/me/tags/").content.decode()
    assert "private" not in page
    assert page.index('<span>sea</span> <span class="soft figures">2</span>') < page.index("<span>sky</span>")
    assert "sea" not in browser.get("/me/tags/?q=SK").content.decode().split("own-tags")[1]


def test_page__asks_before_it_merges(
    alice: User, with_tags: Callable[..., Photo], client_of: Callable[[User], Client]
) -> None:
    photo = with_tags(alice, "harbour")
    with_tags(alice, "harbor")
    browser = client_of(alice)
    asked = browser.post("/me/tags/rename/", {"tag": "harbour", "to": "Harbor"})
    assert "Put it in place of “harbour” on all photos?" in asked.content.decode()
    assert names_of(photo) == ["harbour"]
    done = browser.post("/me/tags/rename/", {"tag": "harbour", "to": "harbor", "merge": "yes"}, follow=True)
    assert done.redirect_chain == [("/me/tags/", 302)]
    assert "Tags of 1 photo changed." in done.content.decode()
    assert names_of(photo) == ["harbor"]
    browser.post("/me/tags/remove/", {"tag": "harbor"})
    assert names_of(photo) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tag": "", "to": "a"}, "invalid"),
        ({"tag": "sea", "to": "a,b"}, "invalid"),
        ({"tag": "sea", "to": "sea"}, "tag_exists"),
        ({"tag": "none", "to": "a"}, "tag_gone"),
    ],
)
def test_page__says_why_not(
    fields: dict[str, str],
    code: str,
    alice: User,
    with_tags: Callable[..., Photo],
    client_of: Callable[[User], Client],
) -> None:
    with_tags(alice, "sea")
    answer = client_of(alice).post("/me/tags/rename/", fields, headers={"accept": "application/json"})
    assert answer.json()["reason"] == code


def test_remove__a_tag_that_cleaning_made_longer(
    alice: User, with_tags: Callable[..., Photo], client_of: Callable[[User], Client]
) -> None:
    name = clean_tag("ß" * 30)
    photo = with_tags(alice, name)
    client_of(alice).post("/me/tags/rename/", {"tag": name, "to": "sea"})
    assert names_of(photo) == ["sea"]
    set_tags(photo.pk, [name])
    client_of(alice).post("/me/tags/remove/", {"tag": name})
    assert names_of(photo) == []


def test_page__the_same_name_is_no_merge(
    alice: User, with_tags: Callable[..., Photo], client_of: Callable[[User], Client]
) -> None:
    photo = with_tags(alice, "sea")
    fields = {"tag": "sea", "to": "SEA", "merge": "yes"}
    answer = client_of(alice).post("/me/tags/rename/", fields, follow=True)
    assert answer.redirect_chain == [("/me/tags/", 302)]
    assert "have that tag already" in answer.content.decode()
    assert names_of(photo) == ["sea"]
