"""The whole product in one process: gallery, moto, and the worker driven by a receive loop."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests.gallery.conftest import PASSWORD, alice, bob, charlie, trusted
from tests.gallery.stores import Stores
from thumbworker.assembly import assemble
from thumbworker.environment import Environment
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.aws import MotoAws

__all__ = ["alice", "bob", "charlie", "trusted"]


def drain(sqs: Any, queue_url: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Hand over what waits in a queue, as Lambda's mapping would; return how many messages that were."""
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    ask = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"]}
    seen = 0
    while messages := sqs.receive_message(**ask).get("Messages", []):
        seen += len(messages)
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "eventSource": "aws:sqs",
                "eventSourceARN": found["QueueArn"],
            }
            for message in messages
        ]
        failed = {entry["itemIdentifier"] for entry in work({"Records": records})["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return seen


class Journey:
    """What browsers, the queue and the worker do between two looks at a page."""

    def __init__(self, aws: MotoAws) -> None:
        self.aws = aws
        self.stores = Stores(aws)
        environment = Environment.read(os.environ)
        self._batch = assemble(environment, open_queues(environment))

    def offer(self, client: Client, *contents: bytes, name: str = "holiday.jpg") -> list[dict[str, Any]]:
        """Ask for uploads as the browser does."""
        uploads = [
            {
                "upload_id": str(uuid4()),
                "name": name,
                "size_bytes": len(content),
                "content_type": "image/jpeg",
                "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
            }
            for content in contents
        ]
        answer = client.post(
            "/uploads/offers/",
            json.dumps({"uploads": uploads, "visibility": "public"}),
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def put(self, result: dict[str, Any], content: bytes) -> UUID:
        """Send the bytes with what the offer says; moto checks no signature, so boto3 may carry them."""
        headers = result["headers"]
        self.stores.s3.put_object(
            Bucket=self.aws.outputs.originals_bucket,
            Key=f"originals/{result['photo_id']}",
            Body=content,
            ContentType=headers["Content-Type"],
            ChecksumSHA256=headers["x-amz-checksum-sha256"],
            IfNoneMatch=headers["If-None-Match"],
            Metadata={
                name.removeprefix("x-amz-meta-"): value
                for name, value in headers.items()
                if name.startswith("x-amz-meta-")
            },
        )
        return UUID(result["photo_id"])

    def upload(self, client: Client, *contents: bytes) -> list[UUID]:
        """Offer and put."""
        results = self.offer(client, *contents)
        return [self.put(result, content) for result, content in zip(results, contents, strict=True)]

    def work(self) -> int:
        """Let the worker empty the queue, as its mapping would; return how many messages it saw."""
        work = functools.partial(self._batch, request_id="journey", remaining_seconds=lambda: 60.0)
        return drain(self.aws.client("sqs"), self.aws.outputs.thumbnails_queue_url, work)

    def worker_clients(self) -> list[Any]:
        """Return the clients through which the worker speaks to its stores."""
        stores: Any = self._batch.reconciler.stores
        assert stores.originals.client is stores.renditions.client
        return [stores.originals.client, stores.catalogue.client, stores.topic.client]

    def lose_messages(self) -> None:
        """Lose the messages in the queue, as S3 may lose events."""
        sqs, url = self.aws.client("sqs"), self.aws.outputs.thumbnails_queue_url
        while messages := self.aws.messages():
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def everything_left(self) -> set[str]:
        """Return what is in any store, but for the nudges, which expire by themselves."""
        return self.stores.keys("originals/") | self.stores.rendition_keys() | self.stores.item_keys()


@pytest.fixture
def journey(moto_aws: MotoAws) -> Journey:
    """Give one test the whole product."""
    return Journey(moto_aws)


@pytest.fixture
def browser(alice: User) -> Client:
    """Return a client signed in as Alice."""
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def password() -> str:
    """Return the password of all people."""
    return PASSWORD
