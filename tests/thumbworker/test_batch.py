from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.thumbworker import events
from tests.thumbworker.decoders import paint
from tests.thumbworker.fakes import FakeQueue, World
from thumbworker.batch import Batch
from thumbworker.contract.items import Status
from thumbworker.reconcile import Reconciler

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.imaging import Picture


class Bench:
    """A batch on fake stores that records its log lines and which decoder it used."""

    def __init__(self) -> None:
        self.world = World()
        self.queue = FakeQueue()
        self.lines: list[dict[str, Any]] = []
        self.decoded: list[str] = []
        self.remaining_seconds = 120.0
        self.batch = Batch(
            reconciler=Reconciler(self.world.stores, "https://photos.example"),
            decode=self.decode,
            decode_isolated=self.decode_isolated,
            queue=self.queue,
            write_line=self.lines.append,
        )

    def decode(self, data: bytes, _turns: int = 0) -> Picture:
        self.decoded.append("here")
        return paint(data)

    def decode_isolated(self, data: bytes, _turns: int = 0) -> Picture:
        self.decoded.append("apart")
        return paint(data)

    def decode_with(self, decode: Callable[[bytes, int], Picture]) -> None:
        """Decode with this from now on, isolated or not."""
        self.batch = Batch(self.batch.reconciler, decode, decode, self.queue, self.lines.append)

    def handle(self, event: dict[str, Any]) -> list[str]:
        answer = self.batch(event, request_id="request-1", remaining_seconds=lambda: self.remaining_seconds)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def upload(bench: Bench, count: int) -> list[UUID]:
    photo_ids = [uuid4() for _ in range(count)]
    for number, photo_id in enumerate(photo_ids):
        bench.world.upload(photo_id, f"picture {number}".encode())
    return photo_ids


def test_batch__ten_uploads(bench: Bench) -> None:
    photo_ids = upload(bench, 10)
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == []
    assert {item.status for item in bench.world.catalogue.items.values()} == {Status.READY}
    assert set(bench.world.catalogue.items) == set(photo_ids)
    assert bench.decoded == ["here"] * 10


def test_log_line__one_per_photo(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.handle(events.sqs_event(events.uploaded(photo_id)))
    (line,) = bench.lines
    assert line | {"photo_id": str(photo_id), "outcome": "ready", "reason": "", "receive_count": 1} == line
    assert line["request_id"] == "request-1"
    assert line["level"] == "info"
    phases = {f"{name}Milliseconds" for name in ("Look", "Decode", "Record", "Total")}
    assert phases | {"decode_scale_ms"} <= set(line)
    assert json.loads(json.dumps(line)) == line


def test_log_line__refusal_reason_and_detail(bench: Bench) -> None:
    photo_id = uuid4()
    bench.world.upload(photo_id, b"damaged")
    bench.handle(events.sqs_event(events.uploaded(photo_id)))
    (line,) = bench.lines
    assert (line["outcome"], line["reason"], line["detail"]) == ("failed", "damaged", "says so itself")


def test_batch__several_events_of_one_photo(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    event = events.sqs_event(events.uploaded(photo_id), events.nudged(photo_id), events.uploaded(photo_id))
    assert bench.handle(event) == []
    assert bench.world.calls.count()["GetObject"] == 1
    assert [line["nudged"] for line in bench.lines] == [True]


def test_batch__message_with_several_records(bench: Bench) -> None:
    first, second = upload(bench, 2)
    body = events.body_of(events.s3_record(f"originals/{first}"), events.s3_record(f"originals/{second}"))
    assert bench.handle(events.sqs_event(body)) == []
    assert set(bench.world.catalogue.items) == {first, second}


def test_batch__removal_event(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.handle(events.sqs_event(events.uploaded(photo_id)))
    bench.world.originals.files.clear()
    assert bench.handle(events.sqs_event(events.removed(photo_id))) == []
    assert bench.world.has_nothing_derived()
    assert bench.lines[-1]["outcome"] == "deleted"


def test_batch__received_before_is_isolated(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.handle(events.sqs_event(events.uploaded(photo_id), receive_count=2))
    assert bench.decoded == ["apart"]


def test_batch__nudged_is_isolated(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.handle(events.sqs_event(events.nudged(photo_id)))
    assert bench.decoded == ["apart"]


def test_batch__read_failure_is_postponed(bench: Bench) -> None:
    photo_ids = upload(bench, 3)
    bench.world.calls.failing = {"GetObject": 1}
    failures = bench.handle(events.sqs_event(*map(events.uploaded, photo_ids)))
    assert len(failures) == 1
    assert len(bench.world.catalogue.items) == 2
    assert bench.queue.postponed == [(events.QUEUE_ARN, f"handle-of-{failures[0]}", 10)]
    (line,) = [line for line in bench.lines if line["outcome"] == "unavailable"]
    assert line["reason"] == "GetObject: SlowDown"


@pytest.mark.parametrize("call", ["PutObject", "PutItem", "HeadObject", "Publish"])
def test_batch__write_failure_fails_one_message(bench: Bench, call: str) -> None:
    photo_ids = upload(bench, 4)
    bench.world.calls.failing = {call: 1}
    failures = bench.handle(events.sqs_event(*map(events.uploaded, photo_ids)))
    assert len(failures) == 1
    assert [line["outcome"] for line in bench.lines].count("ready") == 3


def test_batch__delay_grows_with_receives(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.world.calls.failing = {"GetItem": 1}
    bench.handle(events.sqs_event(events.uploaded(photo_id), receive_count=3))
    assert [seconds for _, _, seconds in bench.queue.postponed] == [90]


def test_batch__postpone_failure_is_logged(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.world.calls.failing = {"GetObject": 1}
    bench.queue.failing = True
    assert bench.handle(events.sqs_event(events.uploaded(photo_id))) == ["m-0"]
    assert bench.lines[-1]["outcome"] == "not_postponed"


def test_batch__unknown_messages_fail(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    event = events.sqs_event("{}", events.uploaded(photo_id), "not json")
    assert bench.handle(event) == ["m-0", "m-2"]
    assert photo_id in bench.world.catalogue.items
    assert bench.queue.postponed == []
    assert [line["reason"] for line in bench.lines if line["outcome"] == "unknown"] == [
        "no records",
        "not JSON",
    ]


def test_batch__partly_unknown_message(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    body = events.body_of(
        events.s3_record("originals/holiday.jpg"), events.s3_record(f"originals/{photo_id}")
    )
    assert bench.handle(events.sqs_event(body)) == ["m-0"]
    assert photo_id in bench.world.catalogue.items


def test_batch__s3_test_event_and_empty_batch(bench: Bench) -> None:
    assert bench.handle(events.sqs_event('{"Service":"Amazon S3","Event":"s3:TestEvent"}')) == []
    assert bench.handle({"Records": []}) == []
    assert bench.lines == []


def test_batch__no_time_left(bench: Bench) -> None:
    photo_ids = upload(bench, 3)
    decode = bench.decode

    def decode_slowly(data: bytes, _turns: int = 0) -> Picture:
        bench.remaining_seconds = 19.0
        return decode(data)

    bench.decode = decode_slowly  # type: ignore[method-assign]
    bench.batch = Batch(
        bench.batch.reconciler, decode_slowly, bench.decode_isolated, bench.queue, bench.lines.append
    )
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == ["m-1", "m-2"]
    assert list(bench.world.catalogue.items) == photo_ids[:1]
    assert [line["outcome"] for line in bench.lines].count("postponed") == 2


def test_batch__no_time_left_for_child(bench: Bench) -> None:
    (photo_id,) = upload(bench, 1)
    bench.remaining_seconds = 44.0
    assert bench.handle(events.sqs_event(events.uploaded(photo_id), receive_count=2)) == ["m-0"]
    assert bench.decoded == []


def test_batch__no_thread_outlives_call(bench: Bench) -> None:
    before = set(threading.enumerate())
    bench.handle(events.sqs_event(*map(events.uploaded, upload(bench, 5))))
    assert set(threading.enumerate()) == before


def broken(data: bytes, _turns: int = 0) -> Picture:
    if data == b"picture 1":
        raise ZeroDivisionError("a mistake of ours")
    return paint(data)


def test_batch__crash_fails_one_message(bench: Bench) -> None:
    photo_ids = upload(bench, 5)
    bench.world.originals.correlation_ids[photo_ids[1]] = "asked-by-alice"
    bench.decode_with(broken)
    before = set(threading.enumerate())
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == ["m-1"]
    assert set(threading.enumerate()) == before
    assert [handle for _, handle, _ in bench.queue.postponed] == ["handle-of-m-1"]
    assert set(bench.world.catalogue.items) == set(photo_ids) - {photo_ids[1]}
    (line,) = [line for line in bench.lines if line["outcome"] == "crashed"]
    assert (line["level"], line["photo_id"], line["correlation_id"], line["reason"]) == (
        "error",
        str(photo_ids[1]),
        "asked-by-alice",
        "ZeroDivisionError",
    )
    assert "a mistake of ours" in line["detail"]
    assert line["Crashed"] == 1


@pytest.mark.parametrize("call", ["GetObject", "PutObject", "PutItem", "HeadObject", "Publish"])
def test_batch__crash_in_any_step_deletes_nothing(bench: Bench, call: str) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    photo_ids = upload(bench, 2)
    for photo_id in photo_ids:
        bench.world.originals.correlation_ids[photo_id] = f"asked-for-{photo_id}"
    bench.world.calls.before = {call: fail}
    assert len(bench.handle(events.sqs_event(*map(events.uploaded, photo_ids)))) == 1
    assert "DeleteObjects" not in bench.world.calls.names
    (line,) = [line for line in bench.lines if line["outcome"] == "crashed"]
    known = "" if call == "GetObject" else f"asked-for-{line['photo_id']}"
    assert line["correlation_id"] == known
    assert not {"Processed", "Failed", "Reason"} & line.keys()
    assert sum(line.get("Processed", 0) for line in bench.lines) == 1


def test_batch__reads_ahead_while_decoding(bench: Bench) -> None:
    photo_ids = upload(bench, 2)
    downloaded_ahead = threading.Event()

    def decode(data: bytes, _turns: int = 0) -> Picture:
        if data == b"picture 0":
            # Only a download beside this very decoding can set it.
            bench.world.calls.before = {"GetObject": downloaded_ahead.set}
            start_of_second = bench.world.calls.names.count("GetObject") == 2 or downloaded_ahead.wait(5)
            assert start_of_second
        return paint(data)

    bench.decode_with(decode)
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == []
    assert len(bench.world.catalogue.items) == 2


def test_batch__writes_while_decoding_next(bench: Bench) -> None:
    photo_ids = upload(bench, 2)
    first_is_published = threading.Event()
    bench.world.calls.before = {"Publish": first_is_published.set}

    def decode(data: bytes, _turns: int = 0) -> Picture:
        assert data == b"picture 0" or first_is_published.wait(5)
        return paint(data)

    bench.decode_with(decode)
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == []
    assert len(bench.world.topic.published) == 2


def test_batch__originals_in_memory_are_bounded(bench: Bench) -> None:
    photo_ids = upload(bench, 10)
    most_ahead = 0
    decoded = 0

    def decode(data: bytes, _turns: int = 0) -> Picture:
        nonlocal most_ahead, decoded
        decoded += 1
        most_ahead = max(most_ahead, bench.world.calls.names.count("GetObject") - decoded)
        return paint(data)

    bench.decode_with(decode)
    assert bench.handle(events.sqs_event(*map(events.uploaded, photo_ids))) == []
    assert decoded == 10
    assert most_ahead <= 1
