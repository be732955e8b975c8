"""Decisions are published to every subscriber, even if the topic does not respond at first."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from gallery.photos import outbox, transitions
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State
from gallery.processing.sweep import sweep
from gallery.storage.topic import BUDGET_SECONDS, WINDOW_SECONDS, topic
from tests.journey.counting import counted
from thumbworker import contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.photos.conftest import Subscriber

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((Path(contract.__file__).parent / "events.schema.json").read_text())


@pytest.fixture
def silent_topic(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Replace the topic by one that accepts connections and never responds, until the patch is undone."""
    with socket.socket() as listening, monkeypatch.context() as silence:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        silence.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{listening.getsockname()[1]}")
        topic.cache_clear()
        yield silence
    topic.cache_clear()


@pytest.fixture
def decide(
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., Photo]:
    """Return what decides on a new photo and does what follows the commit."""

    def make(move: Callable[..., bool] = transitions.approved, **arguments: str) -> Photo:
        photo = make_photo(alice, State.PENDING)
        with django_capture_on_commit_callbacks(execute=True):
            assert move(photo.pk, actor=charlie, **arguments)
        return photo

    return make


def in_a_while() -> Any:
    return timezone.now() + timedelta(minutes=5)


def test_event__published_on_commit_as_in_schema(
    subscriber: Subscriber, alice: User, decide: Callable[..., Photo]
) -> None:
    photo = decide(transitions.rejected, reason="Too dark.")
    (envelope,) = subscriber.received()
    event = json.loads(envelope["Message"])
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(event)
    assert event["address"] == f"http://127.0.0.1:8000/photos/{photo.pk}/"
    assert (event["photo_id"], event["reason"]) == (str(photo.pk), "Too dark.")
    attributes = {name: given["Value"] for name, given in envelope["MessageAttributes"].items()}
    assert attributes == {"type": "photo.rejected", "owner": str(alice.pk), "status": "REJECTED"}
    assert HistoryEntry.objects.get().published_at is not None


def test_event__photo_of_trusted_owner_is_approved(
    subscriber: Subscriber,
    trusted: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(trusted, State.AWAITING)
    with django_capture_on_commit_callbacks(execute=True):
        transitions.processed(photo.pk, trusted=True, facts={})
    (event,) = subscriber.events()
    Draft202012Validator(SCHEMA).validate(event)
    assert (event["type"], event["status"], event["reason"]) == ("photo.approved", "APPROVED", "")


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (State.APPROVED, transitions.APPROVED),
        (State.AWAITING, transitions.PROCESSED),
        (State.AWAITING, transitions.FAILED),
        (State.PENDING, transitions.TRASHED),
    ],
)
def test_event__none_for_other_moves(
    state: State, move: transitions.Move, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, state)
    assert transitions.apply(move, photo.pk)
    assert not HistoryEntry.objects.with_pending_events().exists()


def test_event_id__one_per_move(
    subscriber: Subscriber, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    transitions.approved(photo.pk, actor=charlie)
    transitions.rejected(photo.pk, actor=charlie, reason="After all.")
    transitions.approved(photo.pk, actor=charlie)
    for _ in range(2):
        HistoryEntry.objects.update(published_at=None)
        assert outbox.publish_pending(in_a_while()) == 3
    ids = [event["event_id"] for event in subscriber.events()]
    assert len(set(ids)) == 3
    assert sorted(ids) == sorted(2 * list(set(ids)))


@pytest.mark.usefixtures("subscriber")
def test_publish_pending__after_topic_timeout(
    subscriber: Subscriber, silent_topic: pytest.MonkeyPatch, decide: Callable[..., Photo]
) -> None:
    decide()
    assert HistoryEntry.objects.with_pending_events().count() == 1
    silent_topic.undo()
    topic.cache_clear()
    assert sweep().events_published == 0, "the try on commit may still be under way"
    assert sweep(in_a_while()).events_published == 1
    assert sweep(in_a_while()).events_published == 0
    assert [event["type"] for event in subscriber.events()] == ["photo.approved"]


@pytest.mark.usefixtures("silent_topic")
def test_publish_now__waits_once_for_a_silent_topic(decide: Callable[..., Photo]) -> None:
    with counted(topic().quick) as costs:
        for _ in range(100):
            decide()
    assert costs.calls == {"Publish": 1}
    assert HistoryEntry.objects.with_pending_events().count() == 100


def test_publish_now__total_wait_is_bounded(subscriber: Subscriber, decide: Callable[..., Photo]) -> None:
    decide()
    topic().waited_seconds = BUDGET_SECONDS + 0.1
    decide()
    assert len(subscriber.events()) == 1
    topic().window_began -= WINDOW_SECONDS
    decide()
    assert len(subscriber.events()) == 1
    assert outbox.publish_pending(in_a_while()) == 1


@pytest.mark.usefixtures("silent_topic")
def test_publish_pending__stops_at_first_failure(
    alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    for _ in range(3):
        transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    with counted(topic().retrying) as costs:
        assert outbox.publish_pending(in_a_while()) == 0
    assert costs.calls == {"Publish": 1}


def test_publish_now__timeouts_are_below_a_second() -> None:
    config = topic().quick.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.connect_timeout + config.read_timeout < 1
    topic.cache_clear()


def test_event__none_after_rollback(
    subscriber: Subscriber, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    with transaction.atomic():
        transitions.approved(photo.pk, actor=charlie)
        transaction.set_rollback(True)
    assert outbox.publish_pending(in_a_while()) == 0
    assert subscriber.events() == []


def test_event__none_without_a_topic(
    settings: SettingsWrapper, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    settings.PHOTO_EVENTS_TOPIC_ARN = ""
    transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    assert not HistoryEntry.objects.with_pending_events().exists()
