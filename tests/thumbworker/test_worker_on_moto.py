"""The whole worker on moto, driven by the poller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.thumbworker.decoders import KILLER, paint, paint_or_die
from thumbworker.batch import Batch
from thumbworker.contract.policy import CURRENT
from thumbworker.isolation import ChildLimits, IsolatedDecoder
from thumbworker.poller import Poller
from thumbworker.queues import open_queues
from thumbworker.reconcile import Reconciler
from thumbworker.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.thumbworker.conftest import Aws
    from thumbworker.imaging import Picture

CHILD = IsolatedDecoder("tests.thumbworker.decoders:paint_or_die", ChildLimits(wall_seconds=20))


class FunctionDied(BaseException):
    """Stands for the death of the whole function."""


def paint_or_take_the_function_along(data: bytes, quarter_turns: int = 0) -> Picture:
    if data == KILLER:
        raise FunctionDied
    return paint_or_die(data, quarter_turns)


class Worker:
    def __init__(self, aws: Aws, decode: Callable[[bytes, int], Picture] = paint) -> None:
        self.lines: list[dict[str, Any]] = []
        stores = open_stores(aws.environment)
        queues = open_queues(aws.environment)
        batch = Batch(
            Reconciler(stores, aws.environment.site_origin), decode, CHILD, queues, self.lines.append
        )
        self.poller = Poller(queues, aws.queue_url, batch)

    def drain(self, *, most_polls: int = 30) -> int:
        """Poll until the queue is empty; a function that dies leaves its messages to the next poll."""
        deaths = 0
        for _ in range(most_polls):
            try:
                if self.poller.poll_once(wait_seconds=0) == 0:
                    return deaths
            except FunctionDied:
                deaths += 1
        pytest.fail("the queue does not get empty")


def test_worker__upload_to_deletion(aws: Aws) -> None:
    worker = Worker(aws)
    photo_id = uuid4()
    aws.upload(photo_id, b"a picture", owner="42")
    worker.drain()
    (item,) = aws.items()
    assert (item["pk"]["S"], item["status"]["S"]) == (f"photo#{photo_id}", "READY")
    assert len(aws.rendition_keys()) == len(CURRENT.renditions)
    assert worker.lines[-1]["QueueAgeMilliseconds"] >= 0
    (event,) = aws.events()
    assert event["type"] == "photo.processed"
    assert event["attributes"] == {"type": "photo.processed", "owner": "42", "status": "READY"}
    aws.remove(photo_id)
    worker.drain()
    assert (aws.items(), aws.rendition_keys()) == ([], [])
    assert [event["type"] for event in aws.events()] == ["photo.deleted"]
    assert aws.messages(aws.dead_letter_url) == []


def test_worker__deletes_item_of_other_schema(aws: Aws) -> None:
    worker = Worker(aws)
    photo_id = uuid4()
    aws.client("dynamodb").put_item(
        TableName=aws.environment.catalogue_table, Item={"pk": {"S": f"photo#{photo_id}"}}
    )
    aws.nudge(photo_id)
    worker.drain()
    assert aws.items() == []


def test_worker__nudge_repeats_event(aws: Aws) -> None:
    worker = Worker(aws)
    photo_id = uuid4()
    aws.upload(photo_id, b"a picture")
    worker.drain()
    aws.nudge(photo_id)
    worker.drain()
    first, second = aws.events()
    # Made again, so at another time; consumers know it by its id.
    assert second["occurred_at"] > first["occurred_at"]
    assert second | {"occurred_at": ""} == first | {"occurred_at": ""}
    assert [line["outcome"] for line in worker.lines] == ["ready", "ready"]


def test_worker__one_killer_among_ten(aws: Aws) -> None:
    worker = Worker(aws, paint_or_take_the_function_along)
    for number in range(10):
        aws.upload(uuid4(), KILLER if number == 4 else f"picture {number}".encode())
    deaths = worker.drain()
    assert deaths == 1
    states = sorted((item["status"]["S"], item.get("reason", {}).get("S", "")) for item in aws.items())
    assert states == [("FAILED", "decoder_died"), *[("READY", "")] * 9]
    assert len(aws.rendition_keys()) == 9 * len(CURRENT.renditions)
    assert aws.messages(aws.dead_letter_url) == []
    assert sorted({event["type"] for event in aws.events()}) == ["photo.failed", "photo.processed"]


def test_worker__unknown_message_reaches_dead_letters(aws: Aws) -> None:
    worker = Worker(aws)
    aws.client("sqs").send_message(QueueUrl=aws.queue_url, MessageBody="hello")
    aws.upload(uuid4(), b"a picture")
    worker.drain()
    assert [message["Body"] for message in aws.messages(aws.dead_letter_url)] == ["hello"]
    assert len(aws.items()) == 1


def test_worker__requests_of_one_photo(aws: Aws) -> None:
    operations: list[str] = []
    stores = open_stores(aws.environment)
    for client in (
        stores.originals.client,  # type: ignore[attr-defined]
        stores.renditions.client,  # type: ignore[attr-defined]
        stores.catalogue.client,  # type: ignore[attr-defined]
        stores.topic.client,  # type: ignore[attr-defined]
    ):
        client.meta.events.register_first(
            "before-send.*.*",
            lambda event_name, **_: operations.append(event_name.rpartition(".")[2]),
            unique_id="count",  # S3 is one client behind two stores
        )
    photo_id = uuid4()
    aws.upload(photo_id, b"a picture")
    queues = open_queues(aws.environment)
    batch = Batch(Reconciler(stores, "https://photos.example"), paint, CHILD, queues, lambda line: None)
    Poller(queues, aws.queue_url, batch).poll_once(wait_seconds=0)
    assert sorted(operations) == sorted(
        ["GetObject", *["PutObject"] * len(CURRENT.renditions), "PutItem", "HeadObject", "Publish"]
    )
