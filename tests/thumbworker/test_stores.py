"""The AWS side of the stores: errors of the SDK, headers, clients."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.items import failed_item, ready_item
from thumbworker.contract.events import event_of_item
from thumbworker.contract.items import PARTITION_KEY, Status
from thumbworker.interfaces import RenditionFile, Stores, StoreUnavailable
from thumbworker.queues import SqsQueues, open_queues
from thumbworker.stores import (
    DynamoCatalogue,
    S3Originals,
    S3Renditions,
    SnsTopic,
    open_stores,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.thumbworker.conftest import Aws

OPERATIONS: dict[str, Callable[[Stores], object]] = {
    "GetObject": lambda stores: stores.originals.get(uuid4(), limit_bytes=1),
    "HeadObject": lambda stores: stores.originals.exists(uuid4()),
    "PutObject": lambda stores: stores.renditions.put(RenditionFile("a", b"", "image/webp")),
    "DeleteObjects": lambda stores: stores.renditions.delete(["a"]),
    "GetItem": lambda stores: stores.catalogue.get(uuid4()),
    "PutItem": lambda stores: stores.catalogue.put(failed_item(ready_item())),
    "DeleteItem": lambda stores: stores.catalogue.delete(uuid4()),
    "Publish": lambda stores: stores.topic.publish(event_of_item(ready_item(), "https://photos.example")),
}


class Refusing:
    """A client whose every operation raises the given exception."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault
        self.exceptions = type("Exceptions", (), {"ConditionalCheckFailedException": ZeroDivisionError})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def operation(**_: Any) -> Any:
            raise self._fault

        return operation


def refusing_stores(fault: Exception) -> Stores:
    client: Any = Refusing(fault)
    return Stores(
        S3Originals(client, "originals"),
        S3Renditions(client, "renditions"),
        DynamoCatalogue(client, "catalogue"),
        SnsTopic(client, "arn:aws:sns:eu-central-1:123456789012:photo-events"),
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("code", ["SlowDown", "AccessDenied", "403", "InternalError", "NoSuchBucket"])
def test_stores__client_error_is_unavailable(operation: str, code: str) -> None:
    stores = refusing_stores(ClientError({"Error": {"Code": code}}, operation))
    with pytest.raises(StoreUnavailable) as caught:
        OPERATIONS[operation](stores)
    assert str(caught.value) == f"{operation}: {code}"


@pytest.mark.parametrize(
    ("minutes", "named"),
    [
        (0, ""),
        (4, ""),
        (-4, ""),
        (20, r" \(this clock is 1(19|20)\d s behind\)"),
        (-20, r" \(this clock is 1(19|20)\d s ahead\)"),
    ],
)
def test_queue__names_a_clock_that_aws_refuses(minutes: int, named: str) -> None:
    headers = {"date": formatdate(time.time() + 60 * minutes, usegmt=True)}
    refusal: Any = {
        "Error": {"Code": "InvalidSignatureException"},
        "ResponseMetadata": {"HTTPHeaders": headers},
    }
    client: Any = Refusing(ClientError(refusal, "ReceiveMessage"))
    with pytest.raises(StoreUnavailable) as caught:
        SqsQueues(client).receive("https://sqs.example/queue", wait_seconds=0)
    assert re.fullmatch(f"ReceiveMessage: InvalidSignatureException{named}", str(caught.value))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_stores__connection_error_is_unavailable(operation: str) -> None:
    stores = refusing_stores(EndpointConnectionError(endpoint_url="https://closed.example"))
    with pytest.raises(StoreUnavailable) as caught:
        OPERATIONS[operation](stores)
    assert str(caught.value) == f"{operation}: EndpointConnectionError"


def test_renditions_delete__partial_failure_raises() -> None:
    class HalfDeleting:
        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Code": "InternalError"}]}

    with pytest.raises(StoreUnavailable, match="DeleteObjects: InternalError"):
        S3Renditions(HalfDeleting(), "renditions").delete(["a"])  # type: ignore[arg-type]


def test_renditions_put__headers(aws: Aws) -> None:
    open_stores(aws.environment).renditions.put(RenditionFile("320/a-1.webp", b"bytes", "image/webp"))
    head = aws.client("s3").head_object(Bucket=aws.environment.renditions_bucket, Key="320/a-1.webp")
    assert head["ContentType"] == "image/webp"
    # Only a signed URL allows browsers to keep it, for as long as the URL lives.
    assert head["CacheControl"] == "private, no-cache"
    assert head["ContentDisposition"] == "inline"


def test_catalogue_get__other_schema_is_none(aws: Aws) -> None:
    photo_id = uuid4()
    aws.client("dynamodb").put_item(
        TableName=aws.environment.catalogue_table,
        Item={PARTITION_KEY: {"S": f"photo#{photo_id}"}, "status": {"S": "ODD"}},
    )
    assert open_stores(aws.environment).catalogue.get(photo_id) is None


def test_queues_postpone__by_arn(aws: Aws) -> None:
    queues = open_queues(aws.environment)
    aws.client("sqs").send_message(QueueUrl=aws.queue_url, MessageBody="hello")
    (message,) = queues.receive(aws.queue_url, wait_seconds=0)
    queues.postpone(queues.queue_arn(aws.queue_url), message["receiptHandle"], 300)
    assert queues.receive(aws.queue_url, wait_seconds=0) == []


def test_clients__region_and_timeouts(aws: Aws) -> None:
    stores = open_stores(aws.environment)
    for store in (stores.originals, stores.renditions, stores.catalogue, stores.topic):
        config = store.client.meta.config  # type: ignore[attr-defined]
        assert config.region_name == "eu-central-1"
        assert (config.connect_timeout, config.read_timeout) == (2, 5)
        assert config.retries["total_max_attempts"] == 3
    assert stores.originals.client.meta.config.signature_version == "s3v4"  # type: ignore[attr-defined]


def test_renditions_put__no_expect_header(aws: Aws) -> None:
    stores = open_stores(aws.environment)
    asked: list[bool] = []
    stores.renditions.client.meta.events.register(  # type: ignore[attr-defined]
        "before-send.s3.PutObject", lambda request, **_: asked.append("Expect" in request.headers)
    )
    stores.renditions.put(RenditionFile("320/a-1.webp", b"bytes", "image/webp"))
    assert asked == [False]


@pytest.mark.parametrize(
    ("stored", "read"),
    [("asked-by-alice", "asked-by-alice"), ("", ""), ("not an id", ""), ("x" * 65, "")],
)
def test_originals_get__correlation_id(aws: Aws, stored: str, read: str) -> None:
    photo_id = uuid4()
    aws.upload(photo_id, b"picture", correlation_id=stored)
    original = open_stores(aws.environment).originals.get(photo_id, limit_bytes=7)
    assert original is not None
    assert original.correlation_id == read


@pytest.mark.parametrize("status", list(Status))
def test_catalogue_put__never_over_one_that_was_turned_more_often(aws: Aws, status: Status) -> None:
    catalogue = open_stores(aws.environment).catalogue
    item = replace(ready_item(), quarter_turns=2)
    assert catalogue.put(item) == item
    older = replace(item, quarter_turns=1, status=status, reason="")
    assert catalogue.put(older) == item
    assert catalogue.get(item.photo_id) == item
    newer = replace(item, quarter_turns=6)
    assert catalogue.put(newer) == newer
    assert catalogue.put(replace(newer, thumbhash="AAAA")).thumbhash == "AAAA"
