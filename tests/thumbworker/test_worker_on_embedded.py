"""The worker's zip on the embedded AWS, under its own role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.emf import metrics_of
from tests.pictures import flat_jpeg
from tests.waiting import eventually
from thumbworker.contract import correlation, keys
from thumbworker.contract.policy import CURRENT, every_rendition_key

if TYPE_CHECKING:
    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded


class Photo:
    def __init__(self, aws: EnforcedAws) -> None:
        self.aws = aws
        self.photo_id: UUID = uuid4()

    def upload(self, data: bytes) -> None:
        self.aws.client("s3").put_object(
            Bucket=self.aws.outputs.originals_bucket,
            Key=keys.original_key(self.photo_id),
            Body=data,
            ContentType="image/jpeg",
            Metadata={keys.OWNER_METADATA: "7"} | correlation.metadata_of(f"asked-for-{self.photo_id}"),
        )

    def item(self) -> dict[str, Any]:
        answer = self.aws.client("dynamodb").get_item(
            TableName=self.aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(self.photo_id)}}
        )
        return answer.get("Item", {})

    def lines(self) -> list[dict[str, Any]]:
        """Return the photo's line in CloudWatch Logs."""
        logs = self.aws.client("logs").get_paginator("filter_log_events")
        group = f"/aws/lambda/{self.aws.outputs.worker_function_name}"
        texts = [event["message"] for page in logs.paginate(logGroupName=group) for event in page["events"]]
        return [json.loads(text) for text in texts if text.startswith("{") and str(self.photo_id) in text]

    def rendition_keys(self) -> set[str]:
        answer = self.aws.client("s3").list_objects_v2(Bucket=self.aws.outputs.renditions_bucket)
        return {entry["Key"] for entry in answer.get("Contents", ())} & set(
            every_rendition_key(self.photo_id)
        )


def test_worker__upload_to_deletion_under_own_role(embedded_aws: EnforcedAws) -> None:
    photo = Photo(embedded_aws)
    photo.upload(flat_jpeg())
    item = eventually(photo.item, within_seconds=60)
    assert (item["status"]["S"], item["width"]["N"], item["owner"]["S"]) == ("READY", "640", "7")
    assert len(photo.rendition_keys()) == len(CURRENT.renditions)
    embedded_aws.client("s3").delete_object(
        Bucket=embedded_aws.outputs.originals_bucket, Key=keys.original_key(photo.photo_id)
    )
    eventually(lambda: not photo.item(), within_seconds=60)
    assert photo.rendition_keys() == set()


def test_worker__log_line_of_zip(embedded_aws: EnforcedAws) -> None:
    photo = Photo(embedded_aws)
    photo.upload(flat_jpeg())
    (line,) = eventually(photo.lines, within_seconds=60)
    correlation_id = f"asked-for-{photo.photo_id}"
    assert (line["outcome"], line["correlation_id"]) == ("ready", correlation_id)
    assert photo.item()["correlation_id"]["S"] == correlation_id
    (measured,) = metrics_of(line).items()
    assert measured[0] == (embedded_aws.parameters.stage, "thumbnails")
    assert measured[1].keys() >= {
        "Processed",
        "DecodeMilliseconds",
        "EncodeMilliseconds",
        "QueueAgeMilliseconds",
        "UploadToDoneMilliseconds",
    }


def test_worker__zip_decodes_repeat_in_child(embedded_aws: EnforcedAws) -> None:
    photo = Photo(embedded_aws)
    photo.upload(flat_jpeg())
    eventually(photo.item, within_seconds=60)
    # A foreign item in its place makes the work be done again, by a message that claims to have come before.
    embedded_aws.client("dynamodb").delete_item(
        TableName=embedded_aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(photo.photo_id)}}
    )
    record = {
        "messageId": "m",
        "receiptHandle": "h",
        "body": json.dumps(
            {
                "Records": [
                    {
                        "eventName": "ObjectCreated:Put",
                        "s3": {"object": {"key": keys.original_key(photo.photo_id)}},
                    }
                ]
            }
        ),
        "attributes": {"ApproximateReceiveCount": "2"},
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:none",
    }
    answer = embedded_aws.client("lambda").invoke(
        FunctionName=embedded_aws.outputs.worker_function_name, Payload=json.dumps({"Records": [record]})
    )
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    assert photo.item()["status"]["S"] == "READY"


def test_worker__zip_turns_as_nudges_ask_whatever_their_order(embedded_aws: EnforcedAws) -> None:
    photo = Photo(embedded_aws)
    photo.upload(flat_jpeg(size=(640, 480)))
    eventually(photo.item, within_seconds=60)
    plain = photo.rendition_keys()

    def nudge(turns: int) -> None:
        embedded_aws.client("s3").put_object(
            Bucket=embedded_aws.outputs.originals_bucket, Key=keys.nudge_key(photo.photo_id, turns)
        )

    def turned_to(turns: int) -> bool:
        return photo.item().get("quarter_turns", {}).get("N") == str(turns)

    for turns in (3, 1, 2, 0):
        nudge(turns)
    eventually(lambda: turned_to(3), within_seconds=60)
    eventually(lambda: len(photo.lines()) >= 2, within_seconds=60)
    item = photo.item()
    assert (item["width"]["N"], item["height"]["N"]) == ("480", "640")
    named = {made["M"]["key"]["S"] for made in item["renditions"]["L"]}
    assert named == {CURRENT.key(spec, photo.photo_id, 3) for spec in CURRENT.renditions}
    assert named | plain <= photo.rendition_keys()
    embedded_aws.client("s3").delete_object(
        Bucket=embedded_aws.outputs.originals_bucket, Key=keys.original_key(photo.photo_id)
    )
    eventually(lambda: not photo.item(), within_seconds=60)
    assert photo.rendition_keys() == set()
