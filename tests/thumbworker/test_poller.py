from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest

from tests.stage import ENVIRONMENT
from tests.thumbworker import events
from tests.thumbworker.fakes import FakeQueue
from thumbworker.interfaces import StoreUnavailable
from thumbworker.poller import Poller


class FakeBatch:
    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any], *, request_id: str, remaining_seconds: Any) -> dict[str, Any]:
        self.events.append(event)
        assert 0 < remaining_seconds() <= 120
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in self.failing]}


def messages(count: int) -> list[dict[str, Any]]:
    records = [
        events.sqs_record(events.uploaded(uuid4()), message_id=f"m-{number}") for number in range(count)
    ]
    for record in records:
        del record["eventSourceARN"]  # Lambda adds it, SQS does not
    return records


def test_poll_once__deletes_only_done_messages() -> None:
    queue, batch = FakeQueue([messages(3)]), FakeBatch("m-1")
    assert Poller(queue, "url", batch).poll_once() == 3  # type: ignore[arg-type]
    assert queue.deleted == ["handle-of-m-0", "handle-of-m-2"]


@pytest.mark.parametrize("refused", [{0}, {1}, {2}, {0, 1}, {0, 1, 2}])
def test_poll_once__failed_delete_leaves_the_others_deleted(
    refused: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    class RefusingQueue(FakeQueue):
        def delete(self, queue_url: str, receipt_handle: str) -> None:
            if receipt_handle in {f"handle-of-m-{number}" for number in refused}:
                raise StoreUnavailable("DeleteMessage", "ReceiptHandleIsInvalid")
            super().delete(queue_url, receipt_handle)

    queue = RefusingQueue([messages(3)])
    assert Poller(queue, "url", FakeBatch()).poll_once() == 3  # type: ignore[arg-type]
    assert queue.deleted == [f"handle-of-m-{number}" for number in range(3) if number not in refused]
    assert capsys.readouterr().out.count('"outcome": "message_not_deleted"') == len(refused)


def test_poll_once__event_has_shape_of_lambda() -> None:
    batch = FakeBatch()
    Poller(FakeQueue([messages(1)]), "url", batch).poll_once()  # type: ignore[arg-type]
    (event,) = batch.events
    (record,) = event["Records"]
    assert record["eventSourceARN"] == events.QUEUE_ARN
    assert record["attributes"] == {"ApproximateReceiveCount": "1"}


def test_poll_once__empty_queue() -> None:
    batch = FakeBatch()
    assert Poller(FakeQueue([[]]), "url", batch).poll_once() == 0  # type: ignore[arg-type]
    assert batch.events == []


def test_run__stop_finishes_batch() -> None:
    class StoppingBatch(FakeBatch):
        def __call__(self, event: dict[str, Any], **more: Any) -> dict[str, Any]:
            poller.stop(signal.SIGTERM, None)
            return super().__call__(event, **more)

    queue = FakeQueue([messages(1), messages(1)])
    poller = Poller(queue, "url", StoppingBatch())  # type: ignore[arg-type]
    poller.run()
    assert queue.deleted == ["handle-of-m-0"]
    assert len(queue.batches) == 1


def test_run__retries_unavailable_queue(capsys: pytest.CaptureFixture[str]) -> None:
    queue = FakeQueue()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        poller.stop()

    poller = Poller(queue, "url", FakeBatch(), pause=pause)  # type: ignore[arg-type]
    poller.run()
    assert pauses == [5.0]
    assert '"outcome": "queue_unavailable", "reason": "ReceiveMessage: Throttled"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missing", "named"), [("THUMBNAILS_QUEUE_URL", "THUMBNAILS_QUEUE_URL"), ("SITE_ORIGIN", "SITE_ORIGIN")]
)
def test_main__names_missing_setting(missing: str, named: str) -> None:
    variables = ENVIRONMENT | {"THUMBNAILS_QUEUE_URL": "http://127.0.0.1:1/q", "PATH": os.environ["PATH"]}
    del variables[missing]
    done = subprocess.run(
        [sys.executable, "-m", "thumbworker"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.strip()) == (2, f"Set these environment variables: {named}")
