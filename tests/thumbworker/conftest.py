"""The worker's resources on moto, and the real stores on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from thumbworker.contract import keys
from thumbworker.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

REGION = "eu-central-1"


@dataclass
class Aws:
    """The worker's corner of AWS on moto: its environment, queues and whatever a test looks at."""

    environment: Environment
    queue_url: str
    dead_letter_url: str
    news_url: str

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION)

    def upload(self, photo_id: UUID, data: bytes, owner: str = "7") -> None:
        self.client("s3").put_object(
            Bucket=self.environment.originals_bucket,
            Key=keys.original_key(photo_id),
            Body=data,
            ContentType="image/jpeg",
            Metadata={keys.OWNER_METADATA: owner},
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

    def news(self) -> list[dict[str, Any]]:
        """Return the news told so far, each once, with its attributes as ``attributes``."""
        envelopes = [json.loads(message["Body"]) for message in self.messages(self.news_url)]
        return [
            json.loads(envelope["Message"])
            | {"attributes": {name: a["Value"] for name, a in envelope["MessageAttributes"].items()}}
            for envelope in envelopes
        ]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield build()


def build() -> Aws:
    def arn_of(url: str) -> str:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return str(attributes["QueueArn"])

    sqs = boto3.client("sqs", region_name=REGION)
    dead_letter_url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": arn_of(dead_letter_url), "maxReceiveCount": 5}
    queue_url = sqs.create_queue(
        QueueName="thumbnails",
        Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "0"},
    )["QueueUrl"]
    news_url = sqs.create_queue(QueueName="news")["QueueUrl"]
    s3 = boto3.client("s3", region_name=REGION)
    for bucket in ("originals", "renditions"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    table = boto3.client("dynamodb", region_name=REGION)
    table.create_table(
        TableName="catalogue",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    sns = boto3.client("sns", region_name=REGION)
    topic_arn = sns.create_topic(Name="photo-events")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn_of(news_url))
    configurations = [
        {
            "QueueArn": arn_of(queue_url),
            "Events": event_names,
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
        }
        for prefix, event_names in (
            ("originals/", ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]),
            ("nudges/", ["s3:ObjectCreated:*"]),
        )
    ]
    s3.put_bucket_notification_configuration(
        Bucket="originals", NotificationConfiguration={"QueueConfigurations": configurations}
    )
    return Aws(
        Environment(
            originals_bucket="originals",
            renditions_bucket="renditions",
            catalogue_table="catalogue",
            photo_events_topic_arn=topic_arn,
            site_origin="https://photos.example",
            region=REGION,
        ),
        queue_url,
        dead_letter_url,
        news_url,
    )
