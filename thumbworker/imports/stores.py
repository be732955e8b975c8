"""The import worker's stores on AWS. Its role allows only the calls made here."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from thumbworker.aws import is_not_found, open_dynamodb, open_s3, open_sns, unavailable
from thumbworker.contract import correlation, keys
from thumbworker.contract.imports import (
    EXPIRES_ATTRIBUTE,
    ImportItem,
    ImportRequest,
    ImportStatus,
)
from thumbworker.contract.items import PARTITION_KEY
from thumbworker.imports.interfaces import Stores
from thumbworker.stores import SnsTopic

if TYPE_CHECKING:
    from uuid import UUID

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from thumbworker.contract.imports import ImportReason
    from thumbworker.environment import Environment
    from thumbworker.imports.download import Picture

RETENTION_SECONDS = 30 * 24 * 3600
LEASE_SECONDS = 60
"""The function's timeout: after it, the run that held the lease has ended."""
UPLOAD_TIMEOUT_SECONDS = 15
"""Read timeout of an upload of 20 MB."""


@dataclass(frozen=True, slots=True)
class S3Requests:
    """The requests under ``imports/``."""

    client: S3Client
    bucket: str

    def get(self, photo_id: UUID) -> ImportRequest | None:
        """Return the request; ``None`` if there is none that can be read."""
        with unavailable("GetObject"):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=keys.import_key(photo_id))
            except ClientError as error:
                if is_not_found(error):
                    return None
                raise
            with answer["Body"] as body:
                text = body.read()
        try:
            return ImportRequest.from_json(text)
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class S3ImportedOriginals:
    """The originals bucket, write only."""

    client: S3Client
    bucket: str

    def exists(self, photo_id: UUID) -> bool:
        """Return whether the original exists."""
        key = keys.original_key(photo_id)
        with unavailable("ListObjectsV2"):
            # A list, because HEAD would need permission to read originals.
            answer = self.client.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in answer.get("Contents", ()))

    def put(self, photo_id: UUID, picture: Picture, *, owner: str, correlation_id: str) -> None:
        """Store the original; do nothing if there is one."""
        with unavailable("PutObject"):
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=keys.original_key(photo_id),
                    Body=picture.data,
                    ContentType=picture.content_type,
                    ChecksumSHA256=base64.b64encode(hashlib.sha256(picture.data).digest()).decode(),
                    IfNoneMatch="*",
                    Metadata={keys.OWNER_METADATA: owner} | correlation.metadata_of(correlation_id),
                )
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
                    raise


@dataclass(frozen=True, slots=True)
class DynamoImportItems:
    """The items under ``import#``."""

    client: DynamoDBClient
    table: str

    def begin(self, photo_id: UUID, *, correlation_id: str) -> ImportItem | None:
        """Count an attempt and return the item; ``None`` if the import has ended or is leased.

        The lease keeps two messages of one import from fetching at once. The message of the run that holds
        it comes again if that run dies.
        """
        now = int(time.time())
        return self._update(
            photo_id,
            "SET #status = :processing, #until = :until, #correlation = :correlation ADD #attempts :one",
            "attribute_not_exists(#pk) OR (#status = :processing AND #until < :now)",
            names={"#until": "leased_until", "#attempts": "attempts", "#correlation": "correlation_id"},
            values={
                ":correlation": {"S": correlation_id},
                ":until": {"N": str(now + LEASE_SECONDS)},
                ":now": {"N": str(now)},
                ":one": {"N": "1"},
            },
        )

    def release(self, photo_id: UUID, reason: ImportReason) -> None:
        """End the lease, so that the next attempt can begin at once, and store why this one failed."""
        self._update(
            photo_id,
            "SET #until = :never, #reason = :reason",
            "#status = :processing",
            names={"#until": "leased_until", "#reason": "reason"},
            values={":never": {"N": "0"}, ":reason": {"S": str(reason)}},
        )

    def finish(self, photo_id: UUID, reason: ImportReason | None) -> None:
        """End the import, unless it has ended: as failed if there is a reason, else as completed."""
        status = ImportStatus.FAILED if reason else ImportStatus.COMPLETED
        self._update(
            photo_id,
            "SET #status = :ended, #attempts = if_not_exists(#attempts, :zero)"
            + (", #reason = :reason" if reason else " REMOVE #reason"),
            "attribute_not_exists(#pk) OR #status = :processing",
            names={"#attempts": "attempts", "#reason": "reason"},
            values={":ended": {"S": str(status)}, ":zero": {"N": "0"}}
            | ({":reason": {"S": str(reason)}} if reason else {}),
        )

    def _update(
        self, photo_id: UUID, change: str, condition: str, *, names: dict[str, str], values: dict[str, Any]
    ) -> ImportItem | None:
        now = datetime.now(UTC)
        stamp = "#updated = :updated, #expires = :expires"
        arguments: Any = {
            "TableName": self.table,
            "Key": {PARTITION_KEY: {"S": keys.import_item_key(photo_id)}},
            "UpdateExpression": change.replace("SET ", f"SET {stamp}, ", 1),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {
                "#pk": PARTITION_KEY,
                "#status": "status",
                "#updated": "updated_at",
                "#expires": EXPIRES_ATTRIBUTE,
                **names,
            },
            "ExpressionAttributeValues": {
                ":processing": {"S": str(ImportStatus.PROCESSING)},
                ":updated": {"S": now.isoformat(timespec="milliseconds")},
                ":expires": {"N": str(int(now.timestamp()) + RETENTION_SECONDS)},
                **values,
            },
            "ReturnValues": "ALL_NEW",
        }
        if "#pk" not in condition:
            del arguments["ExpressionAttributeNames"]["#pk"]
        with unavailable("UpdateItem"):
            try:
                answer = self.client.update_item(**arguments)
            except self.client.exceptions.ConditionalCheckFailedException:
                return None
        return ImportItem.from_item(
            {name: next(iter(v.values())) for name, v in answer["Attributes"].items()}
        )


def open_stores(environment: Environment) -> Stores:
    """Return the stores on AWS; clients are made once and shared by all threads."""
    s3 = open_s3(environment, read_timeout=UPLOAD_TIMEOUT_SECONDS)
    return Stores(
        requests=S3Requests(s3, environment.originals_bucket),
        originals=S3ImportedOriginals(s3, environment.originals_bucket),
        import_items=DynamoImportItems(open_dynamodb(environment), environment.catalogue_table),
        topic=SnsTopic(open_sns(environment), environment.photo_events_topic_arn),
    )
