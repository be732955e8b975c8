"""The worker's resources on moto, and catalogue items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import boto3
import pytest

from tests.stage import REGION
from thumbworker.contract import correlation, keys
from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.environment import Environment

if TYPE_CHECKING:
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


def ready_item() -> PhotoItem:
    photo_id = uuid4()
    return PhotoItem(
        photo_id=photo_id,
        status=Status.READY,
        owner="7",
        uploaded_at="2026-11-21T10:00:00+00:00",
        processed_at="2026-11-21T10:00:02.123+00:00",
        size_bytes=4_200_000,
        sha256="ab" * 32,
        policy_version=1,
        format="jpeg",
        width=4000,
        height=3000,
        renditions=(MadeRendition("320", f"320/{photo_id}-1.webp", 320, 240, 9000, "image/webp"),),
        thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A",
        dominant_color="#336699",
        dhash="0123456789abcdef",
        metadata={"camera": "Kamera \u96ea \U0001f4f7", "iso": 200, "nested": ["a", 1]},
        location={"latitude": "35.6", "longitude": "139.7"},
        correlation_id="asked-by-alice",
    )


def failed_item(item: PhotoItem) -> PhotoItem:
    return PhotoItem(
        photo_id=item.photo_id,
        status=Status.FAILED,
        owner=item.owner,
        uploaded_at=item.uploaded_at,
        processed_at=item.processed_at,
        size_bytes=item.size_bytes,
        sha256=item.sha256,
        policy_version=item.policy_version,
        reason="damaged",
    )


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
