"""The worker's stores on AWS: the only module that knows boto3.

Every fault of the SDK becomes ``StoreUnavailable``; "not there" is ``None``. Retries and timeouts are
bounded so that a store that hangs costs a record its try and not the whole function its time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from thumbworker.contract import keys
from thumbworker.contract.items import PARTITION_KEY, PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile, Stores, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from thumbworker.contract.news import PhotoNews
    from thumbworker.environment import Environment

CACHE_FOR_EVER = "private, max-age=31536000, immutable"
NOT_FOUND_CODES = frozenset({"NoSuchKey", "404", "NotFound"})


@contextmanager
def unavailable(operation: str) -> Iterator[None]:
    """Turn what the SDK raises into ``StoreUnavailable``."""
    try:
        yield
    except ClientError as fault:
        raise StoreUnavailable(operation, fault.response["Error"].get("Code", "unknown")) from fault
    except BotoCoreError as fault:
        raise StoreUnavailable(operation, type(fault).__name__) from fault


def client_config(environment: Environment, **special: Any) -> Config:
    """Return botocore's configuration: short waits, few retries; ``special`` goes on top."""
    return Config(
        region_name=environment.region,
        signature_version="v4",
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 3},
    ).merge(Config(**special))


@dataclass(frozen=True, slots=True)
class S3Originals:
    """The originals bucket, read only."""

    client: S3Client
    bucket: str

    def get(self, photo_id: UUID, *, limit_bytes: int) -> Original | None:
        """Return the original, without its data if that is over the limit; ``None`` if there is none."""
        with unavailable("GetObject"):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=keys.original_key(photo_id))
            except ClientError as fault:
                if fault.response["Error"].get("Code") in NOT_FOUND_CODES:
                    return None
                raise
            with answer["Body"] as body:
                size_bytes = answer["ContentLength"]
                return Original(
                    owner=answer["Metadata"].get(keys.OWNER_METADATA, ""),
                    uploaded_at=answer["LastModified"].astimezone(UTC).isoformat(),
                    size_bytes=size_bytes,
                    data=body.read() if size_bytes <= limit_bytes else None,
                )

    def exists(self, photo_id: UUID) -> bool:
        """Tell whether the original is there now."""
        with unavailable("HeadObject"):
            try:
                self.client.head_object(Bucket=self.bucket, Key=keys.original_key(photo_id))
            except ClientError as fault:
                if fault.response["Error"].get("Code") in NOT_FOUND_CODES:
                    return False
                raise
        return True


@dataclass(frozen=True, slots=True)
class S3Renditions:
    """The renditions bucket."""

    client: S3Client
    bucket: str

    def put(self, file: RenditionFile) -> None:
        """Store one rendition so that it may be cached for ever and is never taken for a page."""
        with unavailable("PutObject"):
            self.client.put_object(
                Bucket=self.bucket,
                Key=file.key,
                Body=file.data,
                ContentType=file.content_type,
                ContentDisposition="inline",
                CacheControl=CACHE_FOR_EVER,
            )

    def delete(self, keys_: Sequence[str]) -> None:
        """Remove these keys (at most 1000, the limit of DeleteObjects), present or not."""
        with unavailable("DeleteObjects"):
            answer = self.client.delete_objects(
                Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys_], "Quiet": True}
            )
        if answer.get("Errors"):
            raise StoreUnavailable("DeleteObjects", answer["Errors"][0].get("Code", "unknown"))


@dataclass(frozen=True, slots=True)
class DynamoCatalogue:
    """The catalogue table; only items under ``photo#``."""

    client: DynamoDBClient
    table: str

    def get(self, photo_id: UUID) -> PhotoItem | None:
        """Return the item as last written, consistently; ``None`` if there is none that we can read."""
        with unavailable("GetItem"):
            answer = self.client.get_item(TableName=self.table, Key=_item_key(photo_id), ConsistentRead=True)
        return _read_item(answer["Item"]) if "Item" in answer else None

    def put(self, item: PhotoItem) -> PhotoItem:
        """Store the item, but never FAILED over READY; return the item that stands afterwards."""
        condition: dict[str, Any] = {}
        if item.status is Status.FAILED:
            condition = {
                "ConditionExpression": "attribute_not_exists(#pk) OR #status <> :ready",
                "ExpressionAttributeNames": {"#pk": PARTITION_KEY, "#status": "status"},
                "ExpressionAttributeValues": {":ready": {"S": str(Status.READY)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        with unavailable("PutItem"):
            try:
                self.client.put_item(TableName=self.table, Item=_write_item(item), **condition)
            except self.client.exceptions.ConditionalCheckFailedException as refusal:
                return _read_item(refusal.response["Item"]) or item  # type: ignore[typeddict-item]
        return item

    def delete(self, photo_id: UUID) -> None:
        """Remove the item, present or not."""
        with unavailable("DeleteItem"):
            self.client.delete_item(TableName=self.table, Key=_item_key(photo_id))


@dataclass(frozen=True, slots=True)
class SnsNews:
    """The topic of photo events."""

    client: SNSClient
    topic_arn: str

    def publish(self, news: PhotoNews) -> None:
        """Tell the news once."""
        with unavailable("Publish"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Message=news.to_json(),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in news.attributes().items()
                },
            )


@dataclass(frozen=True, slots=True)
class SqsQueues:
    """The queues that the worker is called from."""

    client: SQSClient

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        """Let the message come again after so many seconds instead of the queue's long default."""
        account, name = queue_arn.split(":")[4:6]
        # The address follows from the ARN: no GetQueueUrl, so one call and one permission less.
        queue_url = f"{self.client.meta.endpoint_url}/{account}/{name}"
        with unavailable("ChangeMessageVisibility"):
            self.client.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )

    def receive(self, queue_url: str, *, wait_seconds: int) -> list[dict[str, Any]]:
        """Return up to ten messages, each as Lambda would hand it over."""
        with unavailable("ReceiveMessage"):
            answer = self.client.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message["Attributes"]),
            }
            for message in answer.get("Messages", ())
        ]

    def queue_arn(self, queue_url: str) -> str:
        """Return the queue's ARN, which Lambda puts on each record."""
        with unavailable("GetQueueAttributes"):
            answer = self.client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def delete(self, queue_url: str, receipt_handle: str) -> None:
        """Acknowledge one message."""
        with unavailable("DeleteMessage"):
            self.client.delete_message(QueueUrl=queue_url, ReceiptHandle=receipt_handle)


def open_stores(environment: Environment) -> Stores:
    """Return the stores on AWS; clients are made once and shared by all threads."""
    s3 = boto3.client(
        "s3",
        config=client_config(
            environment,
            signature_version="s3v4",
            # An emulator on a loopback address has no host name per bucket.
            s3={"addressing_style": "path" if environment.endpoint_url else "virtual"},
        ),
        endpoint_url=environment.endpoint_url,
    )
    s3.meta.events.register_last("before-call.s3", _send_at_once)
    dynamodb = boto3.client(
        "dynamodb", config=client_config(environment), endpoint_url=environment.endpoint_url
    )
    sns = boto3.client("sns", config=client_config(environment), endpoint_url=environment.endpoint_url)
    return Stores(
        originals=S3Originals(s3, environment.originals_bucket),
        renditions=S3Renditions(s3, environment.renditions_bucket),
        catalogue=DynamoCatalogue(dynamodb, environment.catalogue_table),
        news=SnsNews(sns, environment.photo_events_topic_arn),
    )


def open_queues(environment: Environment) -> SqsQueues:
    """Return the door to SQS; a long poll of 20 s must not count as a hang."""
    config = client_config(environment, read_timeout=25)
    return SqsQueues(boto3.client("sqs", config=config, endpoint_url=environment.endpoint_url))


def _send_at_once(params: dict[str, Any], **_: Any) -> None:
    """Do not ask first whether a rendition of some 100 kB may be sent: that is a round trip for each."""
    params["headers"].pop("Expect", None)


def _item_key(photo_id: UUID) -> dict[str, Any]:
    return {PARTITION_KEY: {"S": keys.photo_item_key(photo_id)}}


def _write_item(item: PhotoItem) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.to_item().items()}


def _read_item(stored: dict[str, Any]) -> PhotoItem | None:
    """Return the item; ``None`` if another schema wrote it, for it can be made again from the original."""
    deserializer = TypeDeserializer()
    try:
        return PhotoItem.from_item({name: _plain(deserializer.deserialize(v)) for name, v in stored.items()})
    except (KeyError, ValueError):
        return None


def _plain(value: Any) -> Any:
    """Turn DynamoDB's decimals back into the whole numbers that were stored."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
