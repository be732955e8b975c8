"""A subscriber to the topic of photo events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gallery.storage.topic import topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import MotoAws


class Subscriber:
    """A queue subscribed to the topic."""

    def __init__(self, aws: MotoAws) -> None:
        self.sqs = aws.client("sqs")
        self.url = self.sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        aws.client("sns").subscribe(
            TopicArn=aws.outputs.photo_events_topic_arn,
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
        )

    def received(self) -> list[dict[str, Any]]:
        """Return the envelopes received since the last call."""
        envelopes = []
        while batch := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                envelopes.append(json.loads(message["Body"]))
        return envelopes

    def events(self) -> list[dict[str, Any]]:
        """Return the events received since the last call."""
        return [json.loads(envelope["Message"]) for envelope in self.received()]


@pytest.fixture
def subscriber(moto_aws: MotoAws) -> Iterator[Subscriber]:
    """Yield a subscriber to the topic on moto."""
    topic.cache_clear()
    yield Subscriber(moto_aws)
    topic.cache_clear()
