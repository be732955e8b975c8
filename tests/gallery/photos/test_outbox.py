"""What moderators decided is told to every subscriber, even if the topic was silent at first."""

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
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((Path(contract.__file__).parent / "events.schema.json").read_text())


class Subscriber:
    """A queue that hears everything."""

    def __init__(self, aws: MotoAws) -> None:
        self.sqs = aws.client("sqs")
        self.url = self.sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        aws.client("sns").subscribe(
            TopicArn=aws.outputs.photo_events_topic_arn,
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
        )

    def heard(self) -> list[dict[str, Any]]:
        """Return the envelopes heard since the last time."""
        envelopes = []
        while batch := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                envelopes.append(json.loads(message["Body"]))
        return envelopes

    def news(self) -> list[dict[str, Any]]:
        """Return the news heard since the last time."""
        return [json.loads(envelope["Message"]) for envelope in self.heard()]


@pytest.fixture
def subscriber(moto_aws: MotoAws) -> Iterator[Subscriber]:
    topic.cache_clear()
    yield Subscriber(moto_aws)
    topic.cache_clear()


@pytest.fixture
def silent_topic(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Put a topic that takes connections and never answers; undo the patch and it is well again."""
    with socket.socket() as listening, monkeypatch.context() as silence:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        silence.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{listening.getsockname()[1]}")
        topic.cache_clear()
        yield silence
    topic.cache_clear()


def in_a_while() -> Any:
    return timezone.now() + timedelta(minutes=5)


def test_a_rejection_is_told_on_commit_as_the_schema_says(
    subscriber: Subscriber,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.PENDING)
    with django_capture_on_commit_callbacks(execute=True):
        transitions.rejected(photo.pk, actor=charlie, reason="Too dark.")
    (envelope,) = subscriber.heard()
    told = json.loads(envelope["Message"])
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(told)
    assert told["address"] == f"http://127.0.0.1:8000/photos/{photo.pk}/"
    assert (told["photo_id"], told["reason"]) == (str(photo.pk), "Too dark.")
    attributes = {name: given["Value"] for name, given in envelope["MessageAttributes"].items()}
    assert attributes == {"type": "photo.rejected", "owner": str(alice.pk), "status": "REJECTED"}
    assert HistoryEntry.objects.get().published_at is not None


def test_a_trusted_person_s_photo_is_told_as_approved(
    subscriber: Subscriber,
    trusted: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(trusted, State.AWAITING)
    with django_capture_on_commit_callbacks(execute=True):
        transitions.processed(photo.pk, trusted=True, facts={})
    (told,) = subscriber.news()
    Draft202012Validator(SCHEMA).validate(told)
    assert (told["type"], told["status"], told["reason"]) == ("photo.approved", "APPROVED", "")


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (State.APPROVED, transitions.APPROVED),
        (State.AWAITING, transitions.PROCESSED),
        (State.AWAITING, transitions.FAILED),
        (State.PENDING, transitions.TRASHED),
    ],
)
def test_what_changes_nothing_or_is_the_worker_s_to_tell_is_not_told(
    state: State, move: transitions.Move, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, state)
    assert transitions.apply(move, photo.pk)
    assert not HistoryEntry.objects.with_untold_news().exists()


def test_a_repetition_has_the_same_event_id_and_another_decision_another(
    subscriber: Subscriber, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    transitions.approved(photo.pk, actor=charlie)
    transitions.rejected(photo.pk, actor=charlie, reason="After all.")
    for _ in range(2):
        HistoryEntry.objects.update(published_at=None)
        assert outbox.publish_pending(in_a_while()) == 2
    heard = subscriber.news()
    assert len(heard) == 4
    assert {told["event_id"]: told["type"] for told in heard}.keys() == {
        told["event_id"] for told in heard[:2]
    }
    assert len({told["event_id"] for told in heard}) == 2


@pytest.mark.usefixtures("subscriber")
def test_what_a_silent_topic_did_not_take_is_told_by_the_sweep(
    subscriber: Subscriber,
    silent_topic: pytest.MonkeyPatch,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.PENDING)
    with django_capture_on_commit_callbacks(execute=True):
        assert transitions.approved(photo.pk, actor=charlie)
    assert HistoryEntry.objects.with_untold_news().count() == 1
    silent_topic.undo()
    topic.cache_clear()
    assert sweep().events_published == 0, "the try on commit may still be under way"
    assert sweep(in_a_while()).events_published == 1
    assert sweep(in_a_while()).events_published == 0
    assert [told["type"] for told in subscriber.news()] == ["photo.approved"]


@pytest.mark.usefixtures("silent_topic")
def test_a_hundred_decisions_wait_for_a_silent_topic_once(
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(100)]
    with counted(topic().quick) as costs, django_capture_on_commit_callbacks(execute=True):
        for photo in photos:
            transitions.approved(photo.pk, actor=charlie)
    assert costs.calls == {"Publish": 1}
    assert HistoryEntry.objects.with_untold_news().count() == 100


def test_decisions_together_wait_no_longer_than_the_budget(
    subscriber: Subscriber,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def decide() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)

    decide()
    topic().waited_seconds = BUDGET_SECONDS + 0.1
    decide()
    assert len(subscriber.news()) == 1
    topic().window_began -= WINDOW_SECONDS
    decide()
    assert len(subscriber.news()) == 1
    assert outbox.publish_pending(in_a_while()) == 1


@pytest.mark.usefixtures("silent_topic")
def test_the_sweep_stops_at_the_first_that_is_not_taken(
    alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    for _ in range(3):
        transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    with counted(topic().retrying) as costs:
        assert outbox.publish_pending(in_a_while()) == 0
    assert costs.calls == {"Publish": 1}


def test_the_hasty_try_gives_up_within_a_second() -> None:
    config = topic().quick.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.connect_timeout + config.read_timeout < 1
    topic.cache_clear()


def test_a_decision_that_is_rolled_back_is_not_told(
    subscriber: Subscriber, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    with transaction.atomic():
        transitions.approved(photo.pk, actor=charlie)
        transaction.set_rollback(True)
    assert outbox.publish_pending(in_a_while()) == 0
    assert subscriber.news() == []


def test_without_a_topic_nothing_waits_to_be_told(
    settings: SettingsWrapper, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    settings.PHOTO_EVENTS_TOPIC_ARN = ""
    transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    assert not HistoryEntry.objects.with_untold_news().exists()
