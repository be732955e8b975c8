"""Events of a user's photos are queued once, and only if they want email."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.imports import results
from gallery.notifications.models import Notification, Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_pending
from gallery.photos import transitions
from gallery.photos.models import HistoryEntry
from gallery.photos.outbox import event_id
from gallery.photos.purge import purge_photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.notifications.conftest import Schedule

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "move", "is_queued"),
    [
        (State.AWAITING, transitions.PROCESSED, True),
        (State.AWAITING, transitions.FAILED, True),
        (State.AWAITING, transitions.GIVEN_UP, True),
        (State.PENDING, transitions.APPROVED, True),
        (State.PENDING, transitions.REJECTED, True),
        (State.APPROVED, transitions.APPROVED, False),
        (State.AWAITING, transitions.PROCESSED_TRUSTED, False),
        (State.APPROVED, transitions.REVIEWED_AGAIN, False),
        (State.APPROVED, transitions.WORDS_WRITTEN, False),
        (State.APPROVED, transitions.WORDS_APPROVED, True),
        (State.APPROVED, transitions.WORDS_REJECTED, True),
        (State.FAILED, transitions.TRIED_AGAIN, False),
        (State.PENDING, transitions.TRASHED, False),
    ],
)
def test_queue_pending__moves_by_others(
    before: State, move: transitions.Move, is_queued: bool, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, before)
    assert transitions.apply(move, photo.pk, reason="damaged")
    queue_pending()
    queued = list(Notification.objects.values_list("person", "photo", "state"))
    assert queued == ([(alice.pk, photo.pk, move.target or before)] if is_queued else [])


def test_queue_pending__skips_the_owners_own_moves(charlie: User, make_photo: PhotoFactory) -> None:
    transitions.approved(make_photo(charlie, State.PENDING).pk, actor=charlie)
    assert queue_pending() == 0


def test_queue_pending__same_event_twice_is_one_email(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    transitions.approved(make_photo(eager_alice, State.PENDING).pk, actor=charlie)
    assert run_schedule(minutes=2).sent == 1
    # An interrupted run did not clear the mark, or a second run was in parallel.
    HistoryEntry.objects.update(owner_untold=True)
    assert queue_pending() == 1
    assert run_schedule(minutes=4).sent == 0
    assert len(mail.outbox) == 1
    assert Notification.objects.get().event_id == event_id(HistoryEntry.objects.get())


def test_queue_pending__skips_for_good_while_off(
    alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    choose(alice, Rhythm.OFF)
    transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    assert run_schedule(hours=1).sent == 0
    choose(alice, Rhythm.AT_ONCE)
    assert run_schedule(days=2).sent == 0
    assert not Notification.objects.exists()


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}])
def test_queue_pending__skips_users_without_address(
    fields: dict[str, object], alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    type(alice).objects.filter(pk=alice.pk).update(**fields)
    transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    assert queue_pending() == 1
    assert not Notification.objects.exists()


def test_purge__deletes_queued_notifications(
    eager_alice: User, charlie: User, make_photo: PhotoFactory, run_schedule: Schedule
) -> None:
    photo = make_photo(eager_alice, State.PENDING)
    transitions.rejected(photo.pk, actor=charlie, reason="no")
    queue_pending()
    purge_photo(photo.pk)
    assert run_schedule(minutes=2).sent == 0
    assert not Notification.objects.exists()


def test_queue_pending__query_count_is_constant(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    costs = []
    for count in (1, 100):
        for _ in range(count):
            transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
        with CaptureQueriesContext(connection) as queries:
            assert queue_pending() == count
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_queue_pending__failed_import_once(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING, origin_url="https://example.org/a.jpg")
    assert results.fail(photo, "server_trouble")
    assert not results.fail(photo, "server_trouble")
    queue_pending()
    assert [notification.state for notification in Notification.objects.all()] == [State.FAILED]
