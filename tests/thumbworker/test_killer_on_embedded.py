"""A picture that kills a real worker process, on its own buckets and queue."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.embedded import ROOT_ACCESS_KEY_ID
from tests.stage import ENVIRONMENT
from tests.thumbworker import events
from tests.thumbworker.decoders import KILLER
from tests.thumbworker.mortal_poller import HIDDEN_SECONDS
from thumbworker.contract import keys

if TYPE_CHECKING:
    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded


def run_worker(variables: dict[str, str]) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.thumbworker.mortal_poller"],
        env=variables,
        check=False,
        timeout=120,
        capture_output=True,
    )
    return done.returncode


def test_poller__killed_by_one_picture_of_ten(embedded_aws: EnforcedAws) -> None:
    s3, sqs = embedded_aws.client("s3"), embedded_aws.client("sqs")
    bucket = f"killer-{uuid4()}"
    where = {"LocationConstraint": ENVIRONMENT["AWS_REGION"]}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    dead_url, queue_url = make_queues(sqs, bucket)
    photo_ids = [uuid4() for _ in range(10)]
    for number, photo_id in enumerate(photo_ids):
        data = KILLER if number == 4 else f"picture {number}".encode()
        s3.put_object(Bucket=bucket, Key=keys.original_key(photo_id), Body=data, ContentType="image/jpeg")
        sqs.send_message(QueueUrl=queue_url, MessageBody=events.uploaded(photo_id))
    variables = {
        **ENVIRONMENT,
        **embedded_aws.outputs.environment(),
        "PATH": os.environ["PATH"],
        "ORIGINALS_BUCKET": bucket,
        "RENDITIONS_BUCKET": bucket,
        "THUMBNAILS_QUEUE_URL": queue_url,
        "AWS_ENDPOINT_URL": embedded_aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": embedded_aws.embedded.root_secret,
    }
    del variables["AWS_SESSION_TOKEN"]
    assert run_worker(variables) == -signal.SIGABRT
    assert run_worker(variables) == 0
    table = embedded_aws.outputs.catalogue_table
    found = [
        embedded_aws.client("dynamodb").get_item(
            TableName=table, Key={"pk": {"S": keys.photo_item_key(photo_id)}}
        )["Item"]
        for photo_id in photo_ids
    ]
    states = [(item["status"]["S"], item.get("reason", {}).get("S", "")) for item in found]
    assert states == [("FAILED", "decoder_died") if number == 4 else ("READY", "") for number in range(10)]
    assert [count_of(sqs, url) for url in (queue_url, dead_url)] == [0, 0]


def make_queues(sqs: Any, name: str) -> tuple[str, str]:
    dead_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 5})
    attributes = {"VisibilityTimeout": str(HIDDEN_SECONDS), "RedrivePolicy": redrive}
    queue_url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return dead_url, queue_url


def count_of(sqs: Any, queue_url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)
