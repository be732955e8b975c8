"""Each action: what it changes, and what it returns if the photo is not as it was seen."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

import gallery
from gallery.accounts.models import User
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo, words_mark
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from tests.gallery.conftest import JustBefore, PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = [pytest.mark.django_db]

UPDATE = 'UPDATE "photos_photo"'
ROOM = Path(gallery.__file__).parent
DOORS = [
    module
    for room in ("web", "web/accounts", "api/routes", "moderation", "processing/management/commands")
    for module in sorted((ROOM / room).glob("*.py"))
]
BELOW_ACTIONS = {"IntegrityError", "atomic", "nudge", "on_commit", "purge_photo", "set_tags", "transaction"}


def state_of(photo: Photo) -> str:
    return Photo.objects.get(pk=photo.pk).state


def test_words_mark__covers_caption_tags_and_name() -> None:
    mark = words_mark("Sea", ["blue", "sun"], "alice")
    assert mark == words_mark("Sea", ["sun", "blue"], "alice")
    others = [
        ("Sea", ["blue"], "alice"),
        ("Sea", [], "alice"),
        ("", ["blue", "sun"], "alice"),
        ("Sea", ["blue sun"], "alice"),
        ("Seablue", ["sun"], "alice"),
        ("Sea", ["blue", "sun"], "bob"),
        ("Sea", ["alice", "blue", "sun"], ""),
    ]
    assert mark not in {words_mark(*words) for words in others}


def test_approve__works(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    photo.tags.create(name="blue")
    mark = words_mark("Sea", ["blue"], "alice")
    assert actions.approve(photo.pk, actor=charlie, words_mark=mark, seen=State.PENDING) is Outcome.DONE
    assert state_of(photo) == State.APPROVED
    assert HistoryEntry.objects.get().actor == charlie


def test_approve__caption_changed(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    Photo.objects.update(caption="Buy now")
    outcome = actions.approve(photo.pk, actor=charlie, words_mark=words_mark("Sea", [], "alice"))
    assert outcome is Outcome.WORDS_CHANGED
    assert state_of(photo) == State.PENDING


def test_approve__tags_changed(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    photo.tags.create(name="buy now")
    outcome = actions.approve(photo.pk, actor=charlie, words_mark=words_mark("Sea", [], "alice"))
    assert outcome is Outcome.WORDS_CHANGED
    assert state_of(photo) == State.PENDING


def test_approve__name_changed(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    User.objects.filter(pk=alice.pk).update(username="buy-now")
    assert actions.approve(photo.pk, actor=charlie, words_mark=photo.words_mark) is Outcome.WORDS_CHANGED
    assert state_of(photo) == State.PENDING


def test_approve__caption_changed_after_the_mark_was_compared(
    alice: User, charlie: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    photo = make_photo(alice, State.PENDING, caption="Sea")
    with just_before(UPDATE, lambda: Photo.objects.update(caption="Buy now")):
        outcome = actions.approve(photo.pk, actor=charlie, words_mark=photo.words_mark)
    assert outcome is Outcome.CONFLICT
    assert state_of(photo) == State.PENDING


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.AWAITING},
        {"state": State.FAILED},
        {"trashed_at": timezone.now()},
        {"visibility": Visibility.PRIVATE},
    ],
    ids=["awaiting", "failed", "trashed", "private"],
)
def test_approve__state_does_not_allow_it(
    alice: User, charlie: User, make_photo: PhotoFactory, fields: dict[str, object]
) -> None:
    photo = make_photo(alice, **{"state": State.PENDING} | fields)
    by = {"actor": charlie}
    assert actions.approve(photo.pk, words_mark=photo.words_mark, **by) is Outcome.CONFLICT
    assert actions.reject(photo.pk, reason="Too dark.", **by) is Outcome.CONFLICT
    assert actions.put_back(photo.pk, **by) is Outcome.CONFLICT
    assert HistoryEntry.objects.count() == 0


def test_approve__someone_was_first(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.REJECTED)
    outcome = actions.approve(photo.pk, actor=charlie, words_mark=photo.words_mark, seen=State.PENDING)
    assert outcome is Outcome.CONFLICT
    assert state_of(photo) == State.REJECTED


def test_reject__works(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING)
    assert actions.reject(photo.pk, actor=charlie, reason="Too dark.", seen=State.PENDING) is Outcome.DONE
    photo.refresh_from_db()
    assert (photo.state, photo.review_note) == (State.REJECTED, "Too dark.")


def test_reject__someone_was_first(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.APPROVED)
    outcome = actions.reject(photo.pk, actor=charlie, reason="Too dark.", seen=State.PENDING)
    assert outcome is Outcome.CONFLICT
    assert state_of(photo) == State.APPROVED


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_put_back__works(alice: User, charlie: User, make_photo: PhotoFactory, state: State) -> None:
    photo = make_photo(alice, state)
    assert actions.put_back(photo.pk, actor=charlie, seen=state) is Outcome.DONE
    assert state_of(photo) == State.PENDING


def test_put_back__someone_was_first(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.REJECTED)
    assert actions.put_back(photo.pk, actor=charlie, seen=State.APPROVED) is Outcome.CONFLICT
    assert state_of(photo) == State.REJECTED


def test_retry__works(alice: User, make_photo: PhotoFactory, stores: Stores) -> None:
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=timezone.now())
    assert actions.retry(photo.pk, actor=alice) is Outcome.DONE
    assert state_of(photo) == State.AWAITING
    assert stores.keys("nudges/") == {f"nudges/{photo.pk}"}


@pytest.mark.parametrize(
    ("state", "reason"),
    [(State.PENDING, ""), (State.AWAITING, ""), (State.FAILED, "never_arrived")],
)
def test_retry__state_does_not_allow_it(
    alice: User, make_photo: PhotoFactory, stores: Stores, state: State, reason: str
) -> None:
    photo = make_photo(alice, state, reason=reason, processed_at=timezone.now())
    assert actions.retry(photo.pk, actor=alice) is Outcome.CONFLICT
    assert actions.retry(uuid4(), actor=alice) is Outcome.CONFLICT
    assert state_of(photo) == state
    assert stores.keys("nudges/") == set()


def test_retry__someone_was_first(
    alice: User, make_photo: PhotoFactory, stores: Stores, just_before: JustBefore
) -> None:
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=timezone.now())
    with just_before(UPDATE, lambda: Photo.objects.update(state=State.PENDING)):
        assert actions.retry(photo.pk, actor=alice) is Outcome.CONFLICT
    assert state_of(photo) == State.PENDING
    assert stores.keys("nudges/") == set()


@pytest.mark.usefixtures("empty_aws")
def test_retry__store_unavailable(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=timezone.now())
    assert actions.retry(photo.pk, actor=alice) is Outcome.STORE_UNAVAILABLE
    assert state_of(photo) == State.AWAITING


def test_trash_and_restore__work(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.REJECTED)
    assert actions.trash(photo.pk, actor=alice) is Outcome.DONE
    assert actions.trash(photo.pk, actor=alice) is Outcome.CONFLICT
    assert Photo.objects.trashed().get() == photo
    assert actions.restore(photo.pk, actor=alice) is Outcome.DONE
    assert Photo.objects.not_trashed().get().state == State.REJECTED


def test_restore__not_in_trash(alice: User, make_photo: PhotoFactory) -> None:
    assert actions.restore(make_photo(alice).pk, actor=alice) is Outcome.NOT_IN_TRASH
    assert HistoryEntry.objects.count() == 0


def test_restore__uploaded_again(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    make_photo(alice, sha256=photo.sha256)
    assert actions.restore(photo.pk, actor=alice) is Outcome.DUPLICATE
    assert Photo.objects.trashed().get() == photo


@pytest.mark.usefixtures("stores")
def test_purge__works(alice: User, make_photo: PhotoFactory) -> None:
    trashed, other = make_photo(alice, trashed_at=timezone.now()), make_photo(alice)
    assert actions.purge(trashed.pk, only_from_trash=True) is Outcome.DONE
    assert actions.purge(other.pk, only_from_trash=False) is Outcome.DONE
    assert actions.purge(other.pk, only_from_trash=False) is Outcome.CONFLICT
    assert not Photo.objects.exists()
    assert {record.pk for record in DeletionRecord.objects.all()} == {trashed.pk, other.pk}


def test_purge__not_in_trash(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    assert actions.purge(photo.pk, only_from_trash=True) is Outcome.NOT_IN_TRASH
    assert Photo.objects.get() == photo


def test_set_visibility__works(alice: User, make_photo: PhotoFactory) -> None:
    photo, other = make_photo(alice), make_photo(alice)
    assert actions.set_visibility(photo.pk, visibility=Visibility.PRIVATE) is Outcome.DONE
    assert list(Photo.objects.filter(visibility=Visibility.PUBLIC)) == [other]
    assert state_of(photo) == State.APPROVED


def test_set_visibility__photo_is_gone(db: None) -> None:
    assert actions.set_visibility(uuid4(), visibility=Visibility.PRIVATE) is Outcome.CONFLICT


def test_outcomes__have_a_sentence_each() -> None:
    sentences = [outcome.sentence for outcome in Outcome]
    assert len(set(sentences)) == len(Outcome)


@pytest.mark.parametrize("module", DOORS, ids=lambda module: str(module.relative_to(ROOM)))
def test_doors__reach_nothing_below_actions(module: Path) -> None:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {node.name for node in nodes if isinstance(node, ast.alias)}
    assert names & BELOW_ACTIONS == set()
