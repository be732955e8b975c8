"""The metrics in a photo's log line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from gallery.core.metrics import measure
from tests.emf import UNITS, metrics_of
from tests.thumbworker import events
from tests.thumbworker.decoders import paint
from tests.thumbworker.fakes import FakeQueue, World
from thumbworker import metrics
from thumbworker.batch import Batch
from thumbworker.contract.metrics import UNAVAILABLE
from thumbworker.contract.reasons import Reason
from thumbworker.metrics import MetricLog
from thumbworker.reconcile import Reconciler

if TYPE_CHECKING:
    from thumbworker.imaging import Picture

NOW = 1_795_255_210.0
"""Ten seconds after the fakes' upload time."""
THUMBNAILS = ("dev", "thumbnails")


def encoded(data: bytes, _turns: int = 0) -> Picture:
    return replace(paint(data), timings={"scale": 0.001, "encode": 0.002})


class Worker:
    """A batch on fake stores, with the log lines that CloudWatch would get."""

    def __init__(self) -> None:
        self.world = World()
        self.lines: list[dict[str, Any]] = []
        ticks = iter(range(10**6))
        self.batch = Batch(
            Reconciler(self.world.stores, "https://photos.example"),
            encoded,
            encoded,
            FakeQueue(),
            MetricLog("dev", "thumbnails", self.lines.append, lambda: NOW),
            clock=lambda: next(ticks) / 100,
            now=lambda: NOW,
        )

    def handle(self, *records: dict[str, Any]) -> dict[str, Any]:
        """Handle a batch of one photo; return its line."""
        self.lines.clear()
        self.batch({"Records": list(records)}, request_id="r", remaining_seconds=lambda: 60.0)
        (line,) = self.lines
        return line


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_metrics__processed_photo(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    line = worker.handle(events.sqs_record(events.uploaded(photo_id), sent_at=NOW - 3))
    assert metrics_of(line) == {
        THUMBNAILS: {
            "Processed": 1,
            "Failed": 0,
            "LookMilliseconds": 10.0,
            "DecodeMilliseconds": 8.0,
            "EncodeMilliseconds": 2.0,
            "RecordMilliseconds": 10.0,
            "TotalMilliseconds": line["TotalMilliseconds"],
            "QueueAgeMilliseconds": 3000.0,
            "UploadToDoneMilliseconds": 10_000.0,
        }
    }
    assert line["decode_scale_ms"] == 1.0
    assert line["_aws"]["Timestamp"] == NOW * 1000


def test_metrics__refused_photo(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id, b"damaged")
    measured = metrics_of(worker.handle(events.sqs_record(events.uploaded(photo_id))))
    assert measured[*THUMBNAILS, Reason.DAMAGED] == {"Failed": 1}
    assert measured[THUMBNAILS]["Failed"] == 1
    assert "Processed" not in measured[THUMBNAILS]


def test_metrics__unchanged_and_deleted_count_as_neither(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    worker.handle(events.sqs_record(events.uploaded(photo_id)))
    again = worker.handle(events.sqs_record(events.uploaded(photo_id), sent_at=NOW, receive_count=2))
    worker.world.originals.files.clear()
    gone = worker.handle(events.sqs_record(events.removed(photo_id), sent_at=NOW))
    assert (again["outcome"], gone["outcome"]) == ("unchanged", "deleted")
    for line in (again, gone):
        assert {"Processed", "Failed", "UploadToDoneMilliseconds"} & metrics_of(line)[
            THUMBNAILS
        ].keys() == set()


def test_metrics__store_that_does_not_answer(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    worker.world.calls.failing = {"GetObject": 1}
    line = worker.handle(events.sqs_record(events.uploaded(photo_id)))
    measured = metrics_of(line)
    assert (line["outcome"], measured["dev",]) == ("unavailable", {UNAVAILABLE: 1})
    assert measured[THUMBNAILS][UNAVAILABLE] == 1
    assert {"Processed", "Failed"} & measured[THUMBNAILS].keys() == set()


def test_metrics__nudge_has_no_upload_time(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    measured = metrics_of(worker.handle(events.sqs_record(events.nudged(photo_id))))
    assert measured[THUMBNAILS]["Processed"] == 1
    assert "UploadToDoneMilliseconds" not in measured[THUMBNAILS]


def test_metrics__never_negative(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    line = worker.handle(events.sqs_record(events.uploaded(photo_id), sent_at=NOW + 60))
    assert metrics_of(line)[THUMBNAILS]["QueueAgeMilliseconds"] == 0


def test_metrics__queue_age_of_first_message(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    line = worker.handle(
        events.sqs_record(events.uploaded(photo_id), message_id="b", sent_at=NOW - 1),
        events.sqs_record(events.uploaded(photo_id), message_id="a", sent_at=NOW - 9),
    )
    assert metrics_of(line)[THUMBNAILS]["QueueAgeMilliseconds"] == 9000


def test_metric_log__line_without_metrics(worker: Worker) -> None:
    line = worker.handle(events.sqs_record("not json"))
    assert "_aws" not in line


def test_metric_log__one_flat_line(worker: Worker) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    line = worker.handle(events.sqs_record(events.uploaded(photo_id)))
    assert {name for name, value in line.items() if isinstance(value, dict | list)} == {"_aws"}
    assert "\n" not in json.dumps(line)


def test_units__known_to_cloudwatch() -> None:
    assert set(metrics.UNITS.values()) <= set(UNITS)
    assert len(metrics.UNITS) <= 100


def test_gallery_metrics__same_format(capsys: pytest.CaptureFixture[str]) -> None:
    measure("dev", {"SweepRuns": 1, "SweepStopped": 0})
    line = json.loads(capsys.readouterr().out)
    assert metrics_of(line) == {("dev",): {"SweepRuns": 1, "SweepStopped": 0}}


@pytest.mark.parametrize(
    "changes",
    [
        {"Processed": "1"},
        {"Processed": True},
        {"Processed": float("nan")},
        {"Stage": 7},
        {"Stage": ""},
        {"_aws": {"CloudWatchMetrics": []}},
    ],
)
def test_metrics_of__rejects_invalid_line(worker: Worker, changes: dict[str, Any]) -> None:
    photo_id = uuid4()
    worker.world.upload(photo_id)
    line = worker.handle(events.sqs_record(events.uploaded(photo_id)))
    with pytest.raises(Exception):  # noqa: B017 - an assertion, a lookup or the schema's own
        metrics_of(line | changes)
