"""The real zip imports through the real queue, under its own role, from the one allowed port."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.thumbworker.imports.hostile import PNG, HostileServer, answer
from tests.waiting import eventually
from thumbworker.contract import keys
from thumbworker.contract.imports import ImportReason, ImportRequest

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded

SOON = "2126-11-21T00:00:00+00:00"
DEADLINE_SECONDS = 90.0


class Imports:
    """The import worker, seen from the gallery."""

    def __init__(self, aws: EnforcedAws) -> None:
        self.aws = aws
        self.port = int(aws.parameters.import_loopback_port)

    @contextmanager
    def serving(self, behave: Callable[[socket.socket, bytes], None]) -> Iterator[HostileServer]:
        server = HostileServer(behave, port=self.port)
        server.start()
        try:
            yield server
        finally:
            server.stop()

    def ask(self, photo_id: UUID, url: str) -> None:
        self.aws.web_client("s3").put_object(
            Bucket=self.aws.outputs.originals_bucket,
            Key=keys.import_key(photo_id),
            Body=ImportRequest(url, "7", SOON, f"asked-for-{photo_id}").to_json().encode(),
            ContentType="application/json",
        )

    def item(self, photo_id: UUID) -> dict[str, Any]:
        answer = self.aws.web_client("dynamodb").get_item(
            TableName=self.aws.outputs.catalogue_table,
            Key={"pk": {"S": keys.import_item_key(photo_id)}},
            ConsistentRead=True,
        )
        return {name: next(iter(value.values())) for name, value in answer.get("Item", {}).items()}

    def ended(self, photo_id: UUID) -> tuple[str, str, str]:
        """Wait for the import's end; return its status, attempts and reason."""

        def end() -> tuple[str, str, str] | None:
            item = self.item(photo_id)
            over = item.get("status") in {"COMPLETED", "FAILED"}
            return (item["status"], item["attempts"], item.get("reason", "")) if over else None

        found = eventually(end, within_seconds=DEADLINE_SECONDS)
        assert found is not None
        return found

    def dead_letters(self) -> list[str]:
        """Receive and delete the messages of the dead-letter queue."""
        sqs, url = self.aws.client("sqs"), self.aws.outputs.imports_dead_letter_queue_url
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]


@pytest.fixture
def imports(embedded_aws: EnforcedAws) -> Imports:
    return Imports(embedded_aws)


@pytest.fixture
def events(embedded_aws: EnforcedAws) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return a reader of the events published since the test began."""
    sqs, sns = embedded_aws.client("sqs"), embedded_aws.client("sns")
    url = sqs.create_queue(QueueName=f"events-{uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ]
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    subscription = sns.subscribe(
        TopicArn=embedded_aws.outputs.photo_events_topic_arn,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def read() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(message["Body"]) for message in messages.get("Messages", [])]

    yield read
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def failing(times: int) -> Callable[[socket.socket, bytes], None]:
    """Return a behavior that fails so many times and then works."""
    seen = 0

    def behave(connection: socket.socket, request: bytes) -> None:
        nonlocal seen
        seen += 1
        (answer(status="503 Unavailable") if seen <= times else answer())(connection, request)

    return behave


@pytest.mark.slow
def test_import__server_fails_twice(imports: Imports) -> None:
    photo_id = uuid4()
    with imports.serving(failing(2)) as server:
        imports.ask(photo_id, server.url)
        assert imports.ended(photo_id) == ("COMPLETED", "3", "")
        assert len(server.requests) == 3
    head = imports.aws.client("s3").head_object(
        Bucket=imports.aws.outputs.originals_bucket, Key=keys.original_key(photo_id)
    )
    assert (head["ContentType"], head["ContentLength"], head["Metadata"]) == (
        "image/png",
        len(PNG),
        {"owner": "7", "correlation-id": f"asked-for-{photo_id}"},
    )


def test_import__server_fails_three_times(
    imports: Imports, events: Callable[[], list[dict[str, Any]]]
) -> None:
    photo_id = uuid4()
    with imports.serving(failing(99)) as server:
        imports.ask(photo_id, server.url)
        assert imports.ended(photo_id) == ("FAILED", "3", ImportReason.SERVER_TROUBLE)
        assert len(server.requests) == 3
    published = [message for message in events() if message["photo_id"] == str(photo_id)]
    assert [(message["type"], message["reason"], message["correlation_id"]) for message in published] == [
        ("photo.failed", ImportReason.SERVER_TROUBLE, f"asked-for-{photo_id}")
    ]
    dead_letters = eventually(imports.dead_letters, within_seconds=DEADLINE_SECONDS)
    assert [str(photo_id) in letter for letter in dead_letters] == [True]


def test_import__duplicate_after_end(imports: Imports) -> None:
    photo_id = uuid4()
    with imports.serving(answer()) as server:
        imports.ask(photo_id, server.url)
        assert imports.ended(photo_id)[0] == "COMPLETED"
        before = imports.item(photo_id)
        imports.ask(photo_id, server.url)
        other = uuid4()
        imports.ask(other, server.url)
        assert imports.ended(other)[0] == "COMPLETED"
        assert len(server.requests) == 2
    assert imports.item(photo_id) == before


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/2018-06-01/runtime", "http://localhost/", "http://169.254.169.254/latest"]
)
def test_import__private_network_is_refused(imports: Imports, url: str) -> None:
    photo_id = uuid4()
    imports.ask(photo_id, url)
    assert imports.ended(photo_id) == ("FAILED", "1", ImportReason.ADDRESS_NOT_ALLOWED)
