"""Every system hears exactly what it subscribed to, by the very commands of ``docs/news.md``."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from gallery.notifications import send
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import choose
from gallery.notifications.queue import queue_pending
from gallery.photos import outbox, transitions
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State
from gallery.storage import aws
from gallery.storage.originals import OriginalsStorage
from gallery.storage.topic import topic
from tests.embedded.subscribers import (
    DOCUMENT,
    Listener,
    Operator,
    Queue,
    function,
    listener,
    operator,
    subscribe,
)
from tests.gallery.conftest import PhotoFactory, alice, charlie, make_photo
from tests.gallery.photos.test_outbox import SCHEMA
from tests.pictures import flat_jpeg
from tests.waiting import eventually
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.aws import EnforcedAws

__all__ = ["alice", "charlie", "function", "listener", "make_photo", "operator"]

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def web(
    embedded_aws: EnforcedAws, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OriginalsStorage]:
    """Let the gallery in this process act under the web's role, and return its storage."""
    for name, value in embedded_aws.web_environment().items():
        monkeypatch.setenv(name, value)
    settings.S3_ENDPOINT_URL = embedded_aws.endpoint_url
    settings.ORIGINALS_BUCKET = embedded_aws.outputs.originals_bucket
    settings.PHOTO_EVENTS_TOPIC_ARN = embedded_aws.outputs.photo_events_topic_arn
    aws.session.cache_clear()
    topic.cache_clear()
    yield OriginalsStorage()
    aws.session.cache_clear()
    topic.cache_clear()


def upload(embedded_aws: EnforcedAws, content: bytes, owner: str) -> UUID:
    """Put an original as its owner's browser does, without the gallery knowing."""
    photo_id = uuid4()
    embedded_aws.client("s3").put_object(
        Bucket=embedded_aws.outputs.originals_bucket,
        Key=keys.original_key(photo_id),
        Body=content,
        ContentType="image/jpeg",
        Metadata={keys.OWNER_METADATA: owner},
    )
    return photo_id


EVERYTHING = '{"type": [{"prefix": "photo."}]}'


@pytest.mark.slow
def test_subscription__gets_its_types_and_repeats_ids(
    embedded_aws: EnforcedAws,
    operator: Operator,
    web: OriginalsStorage,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    everything = subscribe(operator, embedded_aws, EVERYTHING)
    decisions = subscribe(operator, embedded_aws, '{"type": ["photo.approved", "photo.rejected"]}')
    of_seven = subscribe(
        operator, embedded_aws, '{"owner": ["7007"], "type": ["photo.processed", "photo.failed"]}'
    )
    choose(alice, Rhythm.AT_ONCE)
    hers = str(alice.pk)

    def heard(count: int) -> bool:
        return len(everything.listen()) >= count

    # Each kind once ...
    good, bad, other = (
        upload(embedded_aws, content, owner)
        for content, owner in ((flat_jpeg(), "7007"), (b"no picture", "7007"), (flat_jpeg(), "8008"))
    )
    eventually(lambda: heard(3), within_seconds=60)
    with django_capture_on_commit_callbacks(execute=True):
        transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
        transitions.rejected(make_photo(alice, State.PENDING).pk, actor=charlie, reason="Too dark.")
    eventually(lambda: heard(5))
    # ... and each once more, on purpose: nudges, and the sweep that knows of no answer.
    for photo_id in (good, bad, other):
        web.nudge(photo_id)
    HistoryEntry.objects.update(published_at=None, owner_untold=True)
    later = timezone.now() + 2 * outbox.PENDING_AFTER
    assert outbox.publish_pending(later) == 2
    eventually(lambda: heard(10))
    delete_twice(embedded_aws, web, good, heard)

    assert everything.kinds() == {
        ("photo.processed", "7007"): 2,
        ("photo.failed", "7007"): 2,
        ("photo.processed", "8008"): 2,
        ("photo.approved", hers): 2,
        ("photo.rejected", hers): 2,
        ("photo.deleted", "7007"): 2,
    }
    assert decisions.kinds() == {("photo.approved", hers): 2, ("photo.rejected", hers): 2}
    assert of_seven.kinds() == {("photo.processed", "7007"): 2, ("photo.failed", "7007"): 2}
    ids = Counter(event["event_id"] for event in everything.heard)
    assert set(ids.values()) == {2}
    for event in everything.heard:
        Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(event)
    assert mails_about_both_runs(later) == 1
    web.remove(bad)
    web.remove(other)
    eventually(lambda: heard(14), within_seconds=60)


def delete_twice(embedded_aws: EnforcedAws, web: OriginalsStorage, photo_id: UUID, heard: Any) -> None:
    """Delete, and bring the worker's mark back as if it had crashed after the news and before its end."""
    dynamodb, table = embedded_aws.client("dynamodb"), embedded_aws.outputs.catalogue_table
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": f"photo#{photo_id}"}})["Item"]
    web.remove(photo_id)
    eventually(lambda: heard(11), within_seconds=60)
    eventually(lambda: "Item" not in dynamodb.get_item(TableName=table, Key={"pk": item["pk"]}))
    dynamodb.put_item(TableName=table, Item=item)
    web.nudge(photo_id)
    eventually(lambda: heard(12), within_seconds=60)


def mails_about_both_runs(later: Any) -> int:
    """Send what is due after each of two deliveries of the same events, and return how many mails it was."""
    for _ in range(2):
        HistoryEntry.objects.update(owner_untold=True)
        queue_pending(later)
        send.send_due(later)
    return len(mail.outbox)


def tell(embedded_aws: EnforcedAws, *kinds: str) -> None:
    """Publish news of these kinds as the worker and the gallery do."""
    for kind in kinds:
        embedded_aws.client("sns").publish(
            TopicArn=embedded_aws.outputs.photo_events_topic_arn,
            Message=json.dumps({"type": kind}),
            MessageAttributes={"type": {"DataType": "String", "StringValue": kind}},
        )


def test_subscription__of_a_server_starts_with_its_confirmation(
    embedded_aws: EnforcedAws, operator: Operator, listener: Listener
) -> None:
    operator.follow("HTTPS", ENDPOINT=listener.address)
    (asked,) = eventually(lambda: listener.of_type("SubscriptionConfirmation"))
    operator.follow("HTTPS", 1, TOKEN=asked["Token"])
    tell(embedded_aws, "photo.deleted", "photo.processed", "photo.rejected", "photo.approved")
    eventually(lambda: len(listener.of_type("Notification")) >= 2)
    types = [json.loads(message["Message"])["type"] for message in listener.of_type("Notification")]
    assert sorted(types) == ["photo.approved", "photo.processed"]


def test_subscription__invokes_a_function(
    embedded_aws: EnforcedAws, operator: Operator, function: tuple[str, Queue]
) -> None:
    name, queue = function
    operator.follow("Lambda", FUNCTION=name)
    tell(embedded_aws, "photo.processed", "photo.deleted")
    assert eventually(queue.listen, within_seconds=60) == [{"type": "photo.deleted"}]


def test_subscription__by_email_and_sms(embedded_aws: EnforcedAws, operator: Operator) -> None:
    operator.follow("Email and SMS")
    listed = operator.follow("List, change and delete subscriptions")
    assert "email\toperator@example.org" in listed
    assert "sms\t+491701234567" in listed


def test_subscription__is_changed_and_ended(embedded_aws: EnforcedAws, operator: Operator) -> None:
    queue = subscribe(operator, embedded_aws, '{"type": ["photo.approved"]}')
    listed = operator.follow("List, change and delete subscriptions")
    arn = next(line.split("\t")[0] for line in listed.splitlines() if "subscriber-" in line)
    operator.follow("List, change and delete subscriptions", 1, SUBSCRIPTION=arn)
    tell(embedded_aws, "photo.approved", "photo.rejected")
    assert eventually(queue.listen) == [{"type": "photo.rejected"}]
    operator.topic_commands += f"SUBSCRIPTION={arn}\n"
    operator.follow("List, change and delete subscriptions", 2)
    assert arn not in operator.follow("List, change and delete subscriptions")


@pytest.mark.slow
def test_document__has_valid_filter_policies(embedded_aws: EnforcedAws, operator: Operator) -> None:
    policies = re.findall(r"^\|[^|]*\| `(\{.*\})` \|$", DOCUMENT, flags=re.MULTILINE)
    assert len(policies) == 4
    for policy in policies:
        subscribe(operator, embedded_aws, policy)


def test_document__has_an_example_that_fits_the_schema() -> None:
    example = json.loads(DOCUMENT.split("```json\n")[1].split("```")[0])
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(example)
