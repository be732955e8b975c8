"""Requests at the same time, each with its own connection to a real PostgreSQL. SQLite has one writer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from gallery.accounts import audit, emails, invitations, notices
from gallery.accounts.attempts import use_code
from gallery.accounts.models import AccountEvent, RateLimit, User
from gallery.accounts.rate_limits import Limit, retry_after_seconds
from gallery.accounts.sign_up import InvitationUsed, create_account
from gallery.albums import actions as album_actions
from gallery.albums import review, words
from gallery.albums.models import Album
from gallery.albums.tagging import tags_of
from gallery.api.tokens import MOST_OPEN, Scope, TooManyTokens, issue, open_tokens
from gallery.batches import actions as batches
from gallery.batches.models import Batch, Kind
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo, TakenDown
from gallery.photos.months import recount_months
from gallery.photos.states import State, Visibility, WordsState
from tests.gallery.conftest import used_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
ROUNDS = 12


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time and return what each returned. A deadlock would be raised here."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(30)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_tokens__at_most_twenty_are_open(alice: User) -> None:
    def take_three() -> int:
        made = 0
        with suppress(TooManyTokens):
            while made < 3:
                issue(alice, name="laptop", scopes=[Scope.READ], days=1)
                made += 1
        return made

    assert sum(at_once(*[take_three] * 12)) == MOST_OPEN == open_tokens(alice).count()


@pytest.mark.parametrize("is_new", [True, False])
def test_limit__lets_exactly_the_burst_through(is_new: bool) -> None:
    limit = Limit("guesses", 10, timedelta(minutes=15), burst=10)
    if not is_new:
        RateLimit.objects.create(key="other", busy_until=1)
        assert retry_after_seconds(limit, "alice") == 0
    waits = at_once(*[lambda: retry_after_seconds(limit, "alice")] * 30)
    assert waits.count(0) == (10 if is_new else 9)


def test_code__of_an_app_works_once(alice: User) -> None:
    for code in range(ROUNDS):
        assert sum(at_once(*[lambda code=code: use_code(alice, f"{code:06}")] * 4)) == 1


def test_invitation__makes_one_account(charlie: User) -> None:
    token = invitations.create(charlie, note="")

    def sign_up(name: str) -> bool:
        with suppress(InvitationUsed):
            create_account(User(username=name), invitation=token)
            return True
        return False

    made = at_once(*[lambda name=f"guest{number}": sign_up(name) for number in range(8)])
    assert made.count(True) == 1 == User.objects.filter(username__startswith="guest").count()


def test_undo__of_one_link_works_once(alice: User) -> None:
    event = audit.record(None, alice, AccountEvent.Kind.PASSWORD_CHANGED)
    request = RequestFactory().post("/")
    assert at_once(*[lambda: notices.undo(request, event)] * 4).count(True) == 1
    assert alice.account_events.filter(kind=AccountEvent.Kind.UNDONE).count() == 1


def test_email__is_sent_once(alice: User) -> None:
    for number in range(10):
        emails.queue("blocked", alice, {"name": "alice", "reason": str(number)})
    assert sum(at_once(*[emails.send_queued] * 4)) == 10 == len(mail.outbox)


@pytest.mark.parametrize("unread", [{"caption": "Unread"}, {"tags": ["unread"]}])
@pytest.mark.parametrize("state", [State.PENDING, State.APPROVED])
def test_approval__never_publishes_unread_words(
    alice: User, charlie: User, make_photo: PhotoFactory, state: State, unread: dict[str, Any]
) -> None:
    for _ in range(ROUNDS):
        photo = make_photo(alice, state)
        words.change_words(photo.pk, actor=alice, caption="Read", tags=["read"])
        mark = Photo.objects.get(pk=photo.pk).words_mark
        approved, changed = at_once(
            lambda photo=photo, mark=mark: words.approve(photo.pk, actor=charlie, words_mark=mark),
            lambda photo=photo: words.change_words(photo.pk, actor=alice, **unread),
        )
        now = Photo.objects.get(pk=photo.pk)
        assert changed.is_done
        assert now.words_mark != mark, "the unread words are there"
        if approved is Outcome.DONE:
            assert (now.state, now.words_wait) == (State.APPROVED, True)
            assert (now.caption, tags_of([now.pk])[now.pk]) == ("Read", ["read"])
        else:
            assert approved is Outcome.WORDS_CHANGED
            assert now.state == State.PENDING or (now.words_wait and now.caption == "")


def test_approval__never_publishes_an_unread_title(alice: User, charlie: User) -> None:
    for _ in range(ROUNDS):
        album = album_actions.create_album(alice, title="Read", description="", visibility=Visibility.PUBLIC)
        mark = album.words_mark
        at_once(
            lambda album=album, mark=mark: review.approve(album.pk, actor=charlie, words_mark=mark),
            lambda album=album: album_actions.change_album(album, title="Unread"),
        )
        now = Album.objects.get(pk=album.pk)
        assert (now.title, now.words_state) == ("Unread", WordsState.WAITING)
        assert now.public_title != "Unread"


def test_album__not_one_more_than_the_cap(alice: User, settings: SettingsWrapper) -> None:
    settings.ALBUMS_PER_ACCOUNT = 5

    def create() -> bool:
        with suppress(album_actions.LimitReached):
            album_actions.create_album(alice, title="Sea", description="", visibility=Visibility.PRIVATE)
            return True
        return False

    assert at_once(*[create] * 12).count(True) == 5 == Album.objects.count()


@pytest.mark.parametrize("other", ["approve", "trash", "purge", "change_words", "take_down"])
def test_take_down__is_final_whatever_happens_beside_it(
    stores: Stores, alice: User, charlie: User, admin: User, make_photo: PhotoFactory, other: str
) -> None:
    for _ in range(ROUNDS // 3):
        alice.refresh_from_db()
        photo = make_photo(alice, State.PENDING, caption="Sea")
        acts: dict[str, Callable[[], Outcome]] = {
            "approve": lambda photo=photo: words.approve(
                photo.pk, actor=charlie, words_mark=photo.words_mark
            ),
            "trash": lambda photo=photo: actions.trash(photo.pk, actor=alice),
            "purge": lambda photo=photo: actions.purge(photo.pk, only_from_trash=False),
            "change_words": lambda photo=photo: words.change_words(photo.pk, actor=alice, caption="New"),
            "take_down": lambda photo=photo: actions.take_down(photo.pk, actor=admin, reason="law"),
        }
        outcome, _ = at_once(acts["take_down"], acts[other])
        now = Photo.objects.filter(pk=photo.pk).first()
        assert DeletionRecord.objects.filter(pk=photo.pk).exists()
        assert not Photo.objects.public().filter(pk=photo.pk).exists()
        if now is None:
            assert (other, outcome) == ("purge", Outcome.CONFLICT)
        else:
            assert (now.is_taken_down, now.state, now.trashed_at) == (True, State.REJECTED, None)
            assert TakenDown.objects.filter(pk=photo.pk).count() == 1
    assert used_bytes(alice) == 0


def test_purge__beside_itself_returns_the_bytes_once(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo, kept = make_photo(alice), make_photo(alice)
    at_once(*[lambda: actions.purge(photo.pk, only_from_trash=False)] * 4)
    assert used_bytes(alice) == kept.size_bytes


def test_months__are_counted_beside_each_other(alice: User, make_photo: PhotoFactory) -> None:
    day = timezone.now()
    photos = [make_photo(alice, created_at=day - timedelta(days=31 * (number % 3))) for number in range(6)]
    recount_months(alice)

    def to_trash_and_back(photo: Photo) -> None:
        for _ in range(5):
            actions.trash(photo.pk, actor=alice)
            actions.restore(photo.pk, actor=alice)
        actions.trash(photo.pk, actor=alice)

    at_once(*[lambda photo=photo: to_trash_and_back(photo) for photo in photos for _ in range(2)])
    assert recount_months(alice, repair=False) == []


def test_batch__two_at_it_change_each_photo_once(alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(4):
        photos = [make_photo(alice) for _ in range(6)]
        batch = batches.start(alice, Kind.TRASH, [photo.pk for photo in photos])

        def lease_ran_out() -> bool:
            # As if each page were so slow that the other takes over.
            Batch.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
            return True

        at_once(*[lambda batch=batch: batches.advance(batch, has_time=lease_ran_out)] * 3)
        while not batches.advance(batch, has_time=lambda: True):
            pass
        moves = HistoryEntry.objects.filter(photo__in=photos, move="trashed")
        assert moves.count() == len(photos)
        assert batches.progress_of(batch) == batches.Progress(6, 6, {})


def test_undo__by_two_at_once_is_one(alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(ROUNDS):
        batch = batches.start(alice, Kind.TRASH, [make_photo(alice).pk])
        batches.advance(batch, has_time=lambda: True)
        batch.refresh_from_db()
        undos = at_once(*[lambda batch=batch: batches.undo(batch)] * 3)
        assert len({undo.pk for undo in undos}) == 1
        batches.advance(undos[0], has_time=lambda: True)


def test_album__photos_are_removed_while_one_is_placed(alice: User, make_photo: PhotoFactory) -> None:
    ids = [make_photo(alice).pk for _ in range(60)]

    def place(album: Album) -> None:
        with suppress(album_actions.NotInAlbum):
            album_actions.place(album, ids[3], after=ids[9])

    for _ in range(6):
        album = album_actions.create_album(alice, title="Sea", description="", visibility="private")
        album_actions.change_photos(album, add=ids, remove=())
        at_once(
            partial(place, album),
            partial(album_actions.change_photos, album, add=(), remove=ids[10:]),
            partial(album_actions.change_photos, album, add=(), remove=ids[30:]),
        )
        assert album.entries.count() == 10


def test_organize__while_the_album_that_is_left_changes(alice: User, make_photo: PhotoFactory) -> None:
    photo_id = make_photo(alice, State.PENDING).pk
    album = album_actions.create_album(alice, title="Sea", description="", visibility="private")
    for number in range(12):
        album_actions.organize(photo_id, actor=alice, tags=[], albums=[album])
        at_once(
            partial(album_actions.organize, photo_id, actor=alice, tags=["x"], albums=[]),
            partial(album_actions.change_album, album, title=f"Sea {number}"),
            partial(album_actions.change_photos, album, add=(), remove=[photo_id]),
        )
        assert not album.entries.exists()
