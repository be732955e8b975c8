"""The worker's resources on moto."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.stage import REGION
from thumbworker.contract import correlation, keys
from thumbworker.environment import Environment

if TYPE_CHECKING:
    from uuid import UUID

    from tests.aws import MotoAws


@dataclass
class Aws:
    """The worker's resources on moto: its environment and queues, and what a test writes and reads."""

    environment: Environment
    queue_url: str
    dead_letter_url: str
    subscriber_url: str

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION)

    def upload(self, photo_id: UUID, data: bytes, owner: str = "7", correlation_id: str = "") -> None:
        self.client("s3").put_object(
            Bucket=self.environment.originals_bucket,
            Key=keys.original_key(photo_id),
            Body=data,
            ContentType="image/jpeg",
            Metadata={keys.OWNER_METADATA: owner} | correlation.metadata_of(correlation_id),
        )

    def remove(self, photo_id: UUID) -> None:
        self.client("s3").delete_object(
            Bucket=self.environment.originals_bucket, Key=keys.original_key(photo_id)
        )

    def nudge(self, photo_id: UUID) -> None:
        self.client("s3").put_object(
            Bucket=self.environment.originals_bucket,
            Key=keys.nudge_key(photo_id),
            Body=b"",
            ContentType="application/octet-stream",
        )

    def rendition_keys(self) -> list[str]:
        answer = self.client("s3").list_objects_v2(Bucket=self.environment.renditions_bucket)
        return [entry["Key"] for entry in answer.get("Contents", ())]

    def items(self) -> list[dict[str, Any]]:
        return list(self.client("dynamodb").scan(TableName=self.environment.catalogue_table)["Items"])

    def messages(self, queue_url: str) -> list[dict[str, Any]]:
        sqs = self.client("sqs")
        found: list[dict[str, Any]] = []
        while batch := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
            found += batch
            for message in batch:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def events(self) -> list[dict[str, Any]]:
        """Return the events published so far, each once, with its attributes as ``attributes``."""
        envelopes = [json.loads(message["Body"]) for message in self.messages(self.subscriber_url)]
        return [
            json.loads(envelope["Message"])
            | {"attributes": {name: a["Value"] for name, a in envelope["MessageAttributes"].items()}}
            for envelope in envelopes
        ]


@pytest.fixture
def aws(moto_aws: MotoAws) -> Aws:
    """Provide the template's resources, with a subscriber to the topic and no visibility timeout."""
    outputs = moto_aws.outputs
    sqs = moto_aws.client("sqs")
    sqs.set_queue_attributes(QueueUrl=outputs.thumbnails_queue_url, Attributes={"VisibilityTimeout": "0"})
    subscriber_url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=subscriber_url, AttributeNames=["QueueArn"])
    moto_aws.client("sns").subscribe(
        TopicArn=outputs.photo_events_topic_arn, Protocol="sqs", Endpoint=found["Attributes"]["QueueArn"]
    )
    environment = Environment.read(
        outputs.environment() | {"SITE_ORIGIN": "https://photos.example", "AWS_REGION": REGION}
    )
    return Aws(
        environment, outputs.thumbnails_queue_url, outputs.thumbnails_dead_letter_queue_url, subscriber_url
    )
