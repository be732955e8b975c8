"""The worker's stores on AWS. Errors of the SDK become ``StoreUnavailable``; not found is ``None``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from thumbworker.aws import is_not_found, open_dynamodb, open_s3, open_sns, unavailable
from thumbworker.contract import correlation, keys
from thumbworker.contract.items import PARTITION_KEY, PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile, Stores, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

    from thumbworker.contract.events import PhotoEvent
    from thumbworker.environment import Environment

CACHE_CONTROL = "private, no-cache"
"""Only the gallery's signed URLs let browsers keep a picture, for as long as the URL is valid."""


@dataclass(frozen=True, slots=True)
class S3Originals:
    """The originals bucket, read only. An empty object is a seal: there is no original, and none may come."""

    client: S3Client
    bucket: str

    def get(self, photo_id: UUID, *, limit_bytes: int) -> Original | None:
        """Return the original, without its data if that is over the limit; ``None`` if there is none."""
        with unavailable("GetObject"):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=keys.original_key(photo_id))
            except ClientError as error:
                if is_not_found(error):
                    return None
                raise
            with answer["Body"] as body:
                size_bytes = answer["ContentLength"]
                if not size_bytes:
                    return None
                return Original(
                    owner=answer["Metadata"].get(keys.OWNER_METADATA, ""),
                    uploaded_at=answer["LastModified"].astimezone(UTC).isoformat(),
                    size_bytes=size_bytes,
                    data=body.read() if size_bytes <= limit_bytes else None,
                    correlation_id=correlation.accepted(answer["Metadata"].get(correlation.METADATA)),
                )

    def exists(self, photo_id: UUID) -> bool:
        """Return whether the original exists now."""
        with unavailable("HeadObject"):
            try:
                head = self.client.head_object(Bucket=self.bucket, Key=keys.original_key(photo_id))
            except ClientError as error:
                if is_not_found(error):
                    return False
                raise
        return head["ContentLength"] > 0


@dataclass(frozen=True, slots=True)
class S3Renditions:
    """The renditions bucket."""

    client: S3Client
    bucket: str

    def put(self, file: RenditionFile) -> None:
        """Store one rendition."""
        with unavailable("PutObject"):
            self.client.put_object(
                Bucket=self.bucket,
                Key=file.key,
                Body=file.data,
                ContentType=file.content_type,
                ContentDisposition="inline",
                CacheControl=CACHE_CONTROL,
            )

    def delete(self, keys_: Sequence[str]) -> None:
        """Delete these keys (at most 1000, the limit of DeleteObjects), whether they exist or not."""
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
        """Return the item by a consistent read; ``None`` if there is none of this schema."""
        with unavailable("GetItem"):
            answer = self.client.get_item(TableName=self.table, Key=_item_key(photo_id), ConsistentRead=True)
        return _read_item(answer["Item"]) if "Item" in answer else None

    def put(self, item: PhotoItem) -> PhotoItem:
        """Store the item, but never FAILED over READY, nor over one that was turned more often.

        Return the item that is stored afterwards.
        """
        condition = "(attribute_not_exists(quarter_turns) OR quarter_turns <= :turns)"
        values: dict[str, Any] = {":turns": {"N": str(item.quarter_turns)}}
        names = {}
        if item.status is Status.FAILED:
            condition += " AND (attribute_not_exists(#pk) OR #status <> :ready)"
            names = {"#pk": PARTITION_KEY, "#status": "status"}
            values[":ready"] = {"S": str(Status.READY)}
        conditions: dict[str, Any] = {
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if names:
            conditions["ExpressionAttributeNames"] = names
        with unavailable("PutItem"):
            try:
                self.client.put_item(TableName=self.table, Item=_write_item(item), **conditions)
            except self.client.exceptions.ConditionalCheckFailedException as refusal:
                return _read_item(refusal.response["Item"]) or item  # type: ignore[typeddict-item]
        return item

    def delete(self, photo_id: UUID) -> None:
        """Delete the item, whether it exists or not."""
        with unavailable("DeleteItem"):
            self.client.delete_item(TableName=self.table, Key=_item_key(photo_id))


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """The topic of photo events."""

    client: SNSClient
    topic_arn: str

    def publish(self, event: PhotoEvent) -> None:
        """Publish the event once."""
        with unavailable("Publish"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Message=event.to_json(),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in event.attributes().items()
                },
            )


def open_stores(environment: Environment) -> Stores:
    """Return the stores on AWS; clients are made once and shared by all threads."""
    s3 = open_s3(environment)
    s3.meta.events.register_last("before-call.s3", _without_expect)
    return Stores(
        originals=S3Originals(s3, environment.originals_bucket),
        renditions=S3Renditions(s3, environment.renditions_bucket),
        catalogue=DynamoCatalogue(open_dynamodb(environment), environment.catalogue_table),
        topic=SnsTopic(open_sns(environment), environment.photo_events_topic_arn),
    )


def _without_expect(params: dict[str, Any], **_: Any) -> None:
    """Send the body at once: ``Expect: 100-continue`` costs a round trip to protect some 100 kB."""
    params["headers"].pop("Expect", None)


def _item_key(photo_id: UUID) -> dict[str, Any]:
    return {PARTITION_KEY: {"S": keys.photo_item_key(photo_id)}}


def _write_item(item: PhotoItem) -> dict[str, Any]:
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.to_item().items()}


def _read_item(stored: dict[str, Any]) -> PhotoItem | None:
    """Return the item; ``None`` if it has another schema, as it can be rebuilt from the original."""
    deserializer = TypeDeserializer()
    try:
        return PhotoItem.from_item({name: _plain(deserializer.deserialize(v)) for name, v in stored.items()})
    except (KeyError, ValueError):
        return None


def _plain(value: Any) -> Any:
    """Convert DynamoDB's decimals back to the integers that were stored."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
