"""A batch of import messages: what is done, what comes again, and when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.emf import metrics_of
from thumbworker.imports.batch import LEASE_DELAY_SECONDS, ImportBatch
from thumbworker.imports.importer import Outcome, Result
from thumbworker.imports.stores import LEASE_SECONDS
from thumbworker.interfaces import StoreUnavailable
from thumbworker.metrics import MetricLog

if TYPE_CHECKING:
    from collections.abc import Callable


def record(key: str, *, message_id: str = "m", receive_count: int = 1) -> dict[str, Any]:
    body = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}
    return {
        "messageId": message_id,
        "receiptHandle": f"handle of {message_id}",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receive_count)},
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:imports",
    }


@dataclass
class Queue:
    postponed: list[tuple[str, int]] = field(default_factory=list)

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        self.postponed.append((receipt_handle, seconds))


class DeafQueue:
    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        raise StoreUnavailable("ChangeMessageVisibility", "Throttled")


def run(
    importer: Callable[[UUID], Result], *records: dict[str, Any], queue: Any = None
) -> tuple[list[str], Any]:
    lines: list[dict[str, Any]] = []
    queue = queue or Queue()
    answer = ImportBatch(importer, queue, lines.append)({"Records": list(records)}, request_id="r")
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]], lines


def test_batch__outcome_decides_retry() -> None:
    outcomes = {uuid4(): outcome for outcome in Outcome}
    queue = Queue()
    records = [
        record(f"imports/{photo_id}", message_id=outcome, receive_count=2)
        for photo_id, outcome in outcomes.items()
    ]
    again, lines = run(lambda photo_id: Result(outcomes[photo_id]), *records, queue=queue)
    assert set(again) == {Outcome.TRY_AGAIN, Outcome.GAVE_UP, Outcome.UNAVAILABLE, Outcome.CRASHED}
    assert {line["outcome"] for line in lines} == set(Outcome)
    assert dict(queue.postponed) == {
        "handle of gave_up": 0,
        "handle of try_again": 20,
        "handle of unavailable": 65,
        "handle of crashed": 65,
    }
    assert {line["outcome"]: line["level"] for line in lines if line["level"] != "info"} == {
        Outcome.GAVE_UP: "warning",
        Outcome.TRY_AGAIN: "warning",
        Outcome.UNAVAILABLE: "warning",
        Outcome.CRASHED: "error",
    }


def test_batch__retry_after_lease() -> None:
    assert LEASE_DELAY_SECONDS > LEASE_SECONDS


def test_log_line__outcome_and_metrics() -> None:
    results = {
        "a": Result(Outcome.COMPLETED, 1, correlation_id="asked-by-alice", fetch_seconds=0.25),
        "b": Result(Outcome.FAILED, 1, "import_not_there"),
        "c": Result(Outcome.CRASHED, 0, "ZeroDivisionError", "line 1"),
        "d": Result(Outcome.UNAVAILABLE, 0, "GetObject: AccessDenied"),
    }
    photo_ids = {uuid4(): name for name in results}
    records = [record(f"imports/{photo_id}", message_id=name) for photo_id, name in photo_ids.items()]
    for entry in records:
        entry["attributes"]["SentTimestamp"] = "1000000"
    lines: list[dict[str, Any]] = []
    log = MetricLog("dev", "imports", lines.append)
    batch = ImportBatch(lambda photo_id: results[photo_ids[photo_id]], Queue(), log, now=lambda: 1002.5)
    batch({"Records": records}, request_id="r")
    by_outcome = {line["outcome"]: line for line in lines}
    assert by_outcome[Outcome.COMPLETED]["correlation_id"] == "asked-by-alice"
    function = ("dev", "imports")
    waited = {"QueueAgeMilliseconds": 2500.0}
    assert {outcome: metrics_of(line) for outcome, line in by_outcome.items()} == {
        Outcome.COMPLETED: {function: {"Processed": 1, "Failed": 0, "FetchMilliseconds": 250.0} | waited},
        Outcome.FAILED: {function: {"Failed": 1} | waited, (*function, "import_not_there"): {"Failed": 1}},
        Outcome.CRASHED: {function: {"Crashed": 1} | waited, ("dev",): {"Crashed": 1}},
        Outcome.UNAVAILABLE: {function: {"Unavailable": 1} | waited, ("dev",): {"Unavailable": 1}},
    }


def test_batch__postpone_failure_is_ignored() -> None:
    again, _ = run(lambda _: Result(Outcome.TRY_AGAIN), record(f"imports/{uuid4()}"), queue=DeafQueue())
    assert again == ["m"]


def test_batch__unknown_message_fails() -> None:
    looked: list[UUID] = []

    def importer(photo_id: UUID) -> Result:
        looked.append(photo_id)
        return Result(Outcome.COMPLETED)

    foreign = [record(f"originals/{uuid4()}", message_id="a"), record("imports/x", message_id="b")]
    again, _ = run(importer, *foreign)
    assert (again, looked) == (["a", "b"], [])


def test_batch__duplicate_messages_run_once() -> None:
    looked: list[UUID] = []
    photo_id = uuid4()

    def importer(photo_id: UUID) -> Result:
        looked.append(photo_id)
        return Result(Outcome.TRY_AGAIN)

    again, _ = run(importer, *(record(f"imports/{photo_id}", message_id=name) for name in "ab"))
    assert (again, looked) == (["a", "b"], [photo_id])
