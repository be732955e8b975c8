"""A batch of import messages: what is done, what comes again, and when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.importer import Outcome, Result
from thumbworker.interfaces import StoreUnavailable

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


def test_each_outcome_decides_over_its_own_message() -> None:
    outcomes = {uuid4(): outcome for outcome in Outcome}
    queue = Queue()
    records = [
        record(f"imports/{photo_id}", message_id=outcome, receive_count=2)
        for photo_id, outcome in outcomes.items()
    ]
    again, lines = run(lambda photo_id: Result(outcomes[photo_id]), *records, queue=queue)
    assert set(again) == {Outcome.TRY_AGAIN, Outcome.GAVE_UP}
    assert {line["outcome"] for line in lines} == set(Outcome)
    assert sorted(queue.postponed) == [("handle of gave_up", 0), ("handle of try_again", 20)]


def test_a_store_that_is_silent_lets_the_message_come_again() -> None:
    def silent(photo_id: UUID) -> Result:
        raise StoreUnavailable("GetObject", "503")

    again, lines = run(silent, record(f"imports/{uuid4()}"))
    assert (again, lines[0]["outcome"]) == (["m"], "unavailable")


def test_a_queue_that_is_deaf_harms_nobody() -> None:
    again, _ = run(lambda _: Result(Outcome.TRY_AGAIN), record(f"imports/{uuid4()}"), queue=DeafQueue())
    assert again == ["m"]


def test_what_concerns_no_import_is_left_to_the_dead_letters() -> None:
    looked: list[UUID] = []

    def importer(photo_id: UUID) -> Result:
        looked.append(photo_id)
        return Result(Outcome.COMPLETED)

    foreign = [record(f"originals/{uuid4()}", message_id="a"), record("imports/x", message_id="b")]
    again, _ = run(importer, *foreign)
    assert (again, looked) == (["a", "b"], [])


def test_the_same_import_twice_in_a_batch_is_one_look() -> None:
    looked: list[UUID] = []
    photo_id = uuid4()

    def importer(photo_id: UUID) -> Result:
        looked.append(photo_id)
        return Result(Outcome.TRY_AGAIN)

    again, _ = run(importer, *(record(f"imports/{photo_id}", message_id=name) for name in "ab"))
    assert (again, looked) == (["a", "b"], [photo_id])
