"""Captions and tags of photos: approved ones stay public until a moderator approved the new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.albums import words
from gallery.albums.tagging import MAX_TAGS, set_tags, tags_of
from gallery.blocks.actions import block
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State, Visibility, WordsState
from tests.gallery.conftest import crash

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = pytest.mark.django_db

OLD, NEW = ("Harbor", ["boats"]), ("Grandmother", ["boats", "family"])
WHY = "Says something private about someone."


def others_read(photo: Photo) -> tuple[str, list[str]]:
    return Photo.objects.get(pk=photo.pk).caption, tags_of([photo.pk]).get(photo.pk, [])


def owner_wrote(photo: Photo) -> tuple[str, list[str]]:
    photo.refresh_from_db()
    return photo.own_caption, words.own_tags(photo)


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return an approved photo with new words that wait."""
    found = make_photo(alice, caption=OLD[0])
    set_tags(found.pk, OLD[1])
    assert words.change_words(found.pk, actor=alice, caption=NEW[0], tags=NEW[1]) is Outcome.WORDS_WAIT
    found.refresh_from_db()
    return found


def test_change_words__approved_ones_stay_public(photo: Photo) -> None:
    assert (photo.state, photo.words_state) == (State.APPROVED, WordsState.WAITING)
    assert (others_read(photo), owner_wrote(photo)) == (OLD, NEW)
    assert list(Photo.objects.awaiting_review()) == list(Photo.objects.public()) == [photo]
    (entry,) = HistoryEntry.objects.all()
    assert (entry.move, entry.from_state, entry.to_state) == ("words_written", "approved", "approved")


def test_change_words__continue_from_the_new_ones(photo: Photo, alice: User) -> None:
    assert words.change_words(photo.pk, actor=alice, caption="Family") is Outcome.WORDS_WAIT
    assert (others_read(photo), owner_wrote(photo)) == (OLD, ("Family", NEW[1]))


@pytest.mark.parametrize("given", [{}, {"caption": NEW[0]}, {"tags": NEW[1]}])
def test_change_words__same_words(photo: Photo, alice: User, given: dict[str, Any]) -> None:
    before = photo.words_at
    assert words.change_words(photo.pk, actor=alice, **given) is Outcome.DONE
    photo.refresh_from_db()
    assert (photo.words_state, photo.words_at) == (WordsState.WAITING, before)


def test_change_words__back_to_the_approved_ones(photo: Photo, alice: User) -> None:
    assert words.change_words(photo.pk, actor=alice, caption=OLD[0], tags=OLD[1]) is Outcome.DONE
    assert others_read(photo) == owner_wrote(photo) == OLD
    assert not Photo.objects.awaiting_review().exists()


def test_change_words__tags_removed(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, ["blue"])
    assert words.change_words(photo.pk, actor=alice, tags=[]) is Outcome.WORDS_WAIT
    assert (tags_of([photo.pk]), owner_wrote(photo)) == ({photo.pk: ["blue"]}, ("", []))


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED, State.AWAITING, State.FAILED])
def test_change_words__of_a_photo_that_is_not_public(
    alice: User, make_photo: PhotoFactory, state: State
) -> None:
    photo = make_photo(alice, state, caption="Sea")
    assert words.change_words(photo.pk, actor=alice, caption="Sun", tags=["blue"]) is Outcome.DONE
    photo.refresh_from_db()
    assert (photo.state, photo.has_new_words, others_read(photo)) == (state, False, ("Sun", ["blue"]))


def test_change_words__owner_is_trusted(trusted: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(trusted, caption="Sea")
    assert words.change_words(photo.pk, actor=trusted, caption="Sun", tags=["blue"]) is Outcome.DONE
    assert others_read(photo) == owner_wrote(photo) == ("Sun", ["blue"])
    assert not words.are_reviewed(photo, trusted)


def test_change_words__trusted_owner_is_blocked(trusted: User, admin: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(trusted, caption="Sea")
    block(trusted, by=admin, reason="Spam.")
    assert words.change_words(photo.pk, actor=trusted, caption="Sun") is Outcome.WORDS_WAIT
    assert others_read(photo) == ("Sea", [])
    assert words.are_reviewed(photo, trusted)


@pytest.mark.parametrize(
    ("state", "now"), [(WordsState.WAITING, NEW), (WordsState.REJECTED, OLD)], ids=["waiting", "rejected"]
)
def test_change_words__since_then_trusted(
    photo: Photo, trusted: User, state: WordsState, now: tuple[str, list[str]]
) -> None:
    Photo.objects.filter(pk=photo.pk).update(owner=trusted, words_state=state)
    assert words.change_words(photo.pk, actor=trusted, visibility=Visibility.PUBLIC) is Outcome.DONE
    assert others_read(photo) == now


def test_change_words__photo_is_gone(alice: User) -> None:
    assert words.change_words(uuid4(), actor=alice, caption="Sun") is Outcome.CONFLICT


def test_change_words__all_or_nothing(alice: User, make_photo: PhotoFactory, just_before: JustBefore) -> None:
    photo = make_photo(alice, caption="Sea")
    with just_before('INSERT INTO "photos_historyentry"', crash), pytest.raises(OSError, match="died"):
        words.change_words(photo.pk, actor=alice, caption="Sun", visibility=Visibility.PRIVATE)
    photo.refresh_from_db()
    assert (photo.own_caption, photo.visibility) == ("Sea", Visibility.PUBLIC)


def test_change_words__crash_after_the_caption(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    with just_before('INTO "albums_phototag"', crash), pytest.raises(OSError, match="died"):
        words.change_words(photo.pk, actor=alice, caption="Sun", tags=["unread"])
    assert others_read(photo) == ("Sea", [])


def test_add_file_tags__up_to_as_many_as_a_photo_may_have(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, [f"old {n:02}" for n in range(MAX_TAGS - 1)])
    words.add_file_tags(photo.pk, actor=alice, tags=["new", "one too many"])
    assert set(owner_wrote(photo)[1]) == {"new", *(f"old {n:02}" for n in range(MAX_TAGS - 1))}


def test_visibility__at_once(photo: Photo, alice: User) -> None:
    words.change_words(photo.pk, actor=alice, visibility=Visibility.PRIVATE)
    assert not Photo.objects.public().exists()
    assert not Photo.objects.awaiting_review().exists()
    words.change_words(photo.pk, actor=alice, visibility=Visibility.PUBLIC)
    assert Photo.objects.awaiting_review().exists()
    assert others_read(photo) == OLD


def test_approve__puts_the_new_words_in_place(photo: Photo, charlie: User) -> None:
    mark = photo.words_mark
    for _ in range(2):  # sent again, because the response was lost
        assert words.approve(photo.pk, actor=charlie, words_mark=mark, seen=State.APPROVED) is Outcome.DONE
    assert others_read(photo) == owner_wrote(photo) == NEW
    assert (photo.words_state, photo.state) == (WordsState.APPROVED, State.APPROVED)
    assert not Photo.objects.awaiting_review().exists()
    entry = HistoryEntry.objects.get(move="words_approved")
    assert (entry.actor, entry.owner_untold, entry.news_type) == (charlie, True, "")


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_decision__other_words_than_were_read(
    photo: Photo, alice: User, charlie: User, decision: str
) -> None:
    mark = photo.words_mark
    words.change_words(photo.pk, actor=alice, tags=["unread"])
    decide: dict[str, Callable[[], Outcome]] = {
        "approve": lambda: words.approve(photo.pk, actor=charlie, words_mark=mark),
        "reject": lambda: words.reject_words(photo.pk, actor=charlie, words_mark=mark, reason=WHY),
    }
    assert decide[decision]() is Outcome.WORDS_CHANGED
    assert (others_read(photo), owner_wrote(photo)) == (OLD, (NEW[0], ["unread"]))


def test_approve__with_the_mark_of_the_old_words(photo: Photo, charlie: User) -> None:
    Photo.objects.filter(pk=photo.pk).update(words_state=WordsState.APPROVED)
    old_mark = Photo.objects.get().words_mark
    Photo.objects.filter(pk=photo.pk).update(words_state=WordsState.WAITING)
    assert words.approve(photo.pk, actor=charlie, words_mark=old_mark) is Outcome.WORDS_CHANGED
    assert others_read(photo) == OLD


def test_decision__own_words(photo: Photo, charlie: User, admin: User) -> None:
    Photo.objects.update(owner=charlie)
    mark = Photo.objects.get().words_mark
    assert words.approve(photo.pk, actor=charlie, words_mark=mark) is Outcome.OWN_PHOTO
    outcome = words.reject_words(photo.pk, actor=charlie, words_mark=mark, reason=WHY)
    assert outcome is Outcome.OWN_PHOTO
    assert others_read(photo) == OLD


@pytest.mark.parametrize("gone", [{"visibility": Visibility.PRIVATE}, {"trashed_at": timezone.now()}])
def test_decision__out_of_reach(photo: Photo, charlie: User, gone: dict[str, Any]) -> None:
    mark = photo.words_mark
    Photo.objects.update(**gone)
    assert words.approve(photo.pk, actor=charlie, words_mark=mark) is Outcome.CONFLICT
    assert words.reject_words(photo.pk, actor=charlie, words_mark=mark, reason=WHY) is Outcome.CONFLICT
    assert (others_read(photo), owner_wrote(photo)) == (OLD, NEW)


def test_reject_words__old_ones_stay(photo: Photo, charlie: User) -> None:
    mark = photo.words_mark
    for _ in range(2):  # sent again, because the response was lost
        outcome = words.reject_words(photo.pk, actor=charlie, words_mark=mark, reason=WHY)
        assert outcome is Outcome.DONE
    assert (others_read(photo), owner_wrote(photo)) == (OLD, NEW)
    assert (photo.words_state, photo.words_note, photo.state) == (WordsState.REJECTED, WHY, State.APPROVED)
    assert not Photo.objects.awaiting_review().exists()
    entry = HistoryEntry.objects.get(move="words_rejected")
    assert (entry.actor, entry.reason, entry.owner_untold) == (charlie, WHY, True)


def test_reject_words__there_are_none(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    outcome = words.reject_words(photo.pk, actor=charlie, words_mark=photo.words_mark, reason=WHY)
    assert outcome is Outcome.WORDS_CHANGED
    assert words.reject_words(uuid4(), actor=charlie, words_mark="", reason=WHY) is Outcome.CONFLICT
    assert words.approve(uuid4(), actor=charlie, words_mark="") is Outcome.CONFLICT


def test_approve__photo_and_new_words_together(photo: Photo, charlie: User) -> None:
    actions.put_back(photo.pk, actor=charlie)
    photo.refresh_from_db()
    assert (photo.state, others_read(photo)) == (State.PENDING, OLD)
    stale = words.approve(photo.pk, actor=charlie, words_mark=photo.words_mark, seen=State.REJECTED)
    assert (stale, others_read(photo)) == (Outcome.CONFLICT, OLD)
    assert words.approve(photo.pk, actor=charlie, words_mark=photo.words_mark) is Outcome.DONE
    photo.refresh_from_db()
    assert (photo.state, others_read(photo), photo.has_new_words) == (State.APPROVED, NEW, False)


def test_rejection_of_the_photo__at_once(photo: Photo, charlie: User) -> None:
    assert actions.reject(photo.pk, actor=charlie, reason="No.") is Outcome.DONE
    assert not Photo.objects.public().exists()
    assert not Photo.objects.awaiting_review().exists()
    assert (others_read(photo), owner_wrote(photo)) == (OLD, NEW)


def test_approve__crash_after_the_history(photo: Photo, charlie: User, just_before: JustBefore) -> None:
    with just_before('UPDATE "photos_photo" SET "caption"', crash), pytest.raises(OSError, match="died"):
        words.approve(photo.pk, actor=charlie, words_mark=photo.words_mark)
    assert (others_read(photo), owner_wrote(photo)) == (OLD, NEW)
    assert not HistoryEntry.objects.filter(move="words_approved").exists()
