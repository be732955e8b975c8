from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.thumbworker import events
from thumbworker.contract.keys import clean_nudge_key, nudge_key
from thumbworker.messages import Message, jobs_of, read_messages
from thumbworker.reconcile import Request

PHOTO_ID = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")
CORPUS = Path(__file__).parent / "recorded"


def read_one(body: str, receive_count: int = 1) -> Message:
    (message,) = read_messages(events.sqs_event(body, receive_count=receive_count))
    return message


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_read_messages__recorded_events(path: Path) -> None:
    recorded = json.loads(path.read_text())
    message = read_one(
        recorded["body"] if isinstance(recorded["body"], str) else json.dumps(recorded["body"])
    )
    meaning = [{"photo_id": str(request.photo_id), "nudged": request.nudged} for request in message.requests]
    assert (meaning, message.unknown) == (recorded["requests"], recorded["unknown"])


def test_recorded_events__exist() -> None:
    assert len(list(CORPUS.glob("*.json"))) >= 8


def test_read_messages__second_receive_is_repeat() -> None:
    assert read_one(events.uploaded(PHOTO_ID)).requests == (Request(PHOTO_ID),)
    assert read_one(events.uploaded(PHOTO_ID), 2).requests == (Request(PHOTO_ID, received_before=True),)


def test_read_messages__nudge() -> None:
    assert read_one(events.nudged(PHOTO_ID)).requests == (Request(PHOTO_ID, nudged=True),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON"),
        ("plain words", "not JSON"),
        ("[" * 200_000, "not JSON"),
        ("[]", "not a notification"),
        ("null", "not a notification"),
        ("{}", "no records"),
        ('{"Records": []}', "no records"),
        ('{"Records": {}}', "no records"),
        ('{"Records": [null]}', "not an S3 event"),
        ('{"Records": [{"eventName": 1, "s3": {"object": {"key": "a"}}}]}', "not an S3 event"),
        (
            '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": 7}}}]}',
            "not an S3 event",
        ),
        ('{"Records": [{"eventName": "ObjectCreated:Put", "s3": []}]}', "not an S3 event"),
    ],
)
def test_read_messages__unreadable_body(body: str, reason: str) -> None:
    message = read_one(body)
    assert (message.requests, message.unknown) == ((), reason)


@pytest.mark.parametrize(
    "key",
    [
        "originals/holiday.jpg",
        "originals/",
        "originals/../secrets",
        f"originals/{PHOTO_ID}/",
        f"originals/{{{PHOTO_ID}}}",
        f"originals/{str(PHOTO_ID).upper()}",
        f"originals/{PHOTO_ID.hex}",
        f"renditions/{PHOTO_ID}",
        f"{PHOTO_ID}",
        "originals/my photo+é.jpg",
    ],
)
def test_read_messages__key_without_photo_id(key: str) -> None:
    assert read_one(events.body_of(events.s3_record(key))).unknown == "no photo id in the key"


@pytest.mark.parametrize(
    ("key", "event_name"),
    [
        (f"imports/{PHOTO_ID}", "ObjectCreated:Put"),
        (f"nudges/{PHOTO_ID}", "ObjectRemoved:Delete"),
        (f"originals/{PHOTO_ID}", "ObjectTagging:Put"),
    ],
)
def test_read_messages__unsupported_event(key: str, event_name: str) -> None:
    assert read_one(events.body_of(events.s3_record(key, event_name))).unknown == "unsupported event"


def test_read_messages__unquotes_key_once() -> None:
    # Quoted twice it must stay unknown: "%252F" is a key that holds "%2F", not a slash.
    record = events.s3_record("")
    record["s3"]["object"]["key"] = f"originals%2F{PHOTO_ID}"
    assert read_one(events.body_of(record)).requests == (Request(PHOTO_ID),)
    record["s3"]["object"]["key"] = f"originals%252F{PHOTO_ID}"
    assert read_one(events.body_of(record)).unknown == "no photo id in the key"


def test_read_messages__empty_record() -> None:
    (message,) = read_messages({"Records": [{}]})
    assert message.unknown == "not JSON"
    assert read_messages({}) == []


def test_jobs_of__one_per_photo() -> None:
    other = uuid4()
    messages = [
        *read_messages(events.sqs_event(events.uploaded(PHOTO_ID), events.nudged(PHOTO_ID))),
        *read_messages(
            {"Records": [events.sqs_record(events.uploaded(other), message_id="m-9", receive_count=4)]}
        ),
    ]
    first, second = jobs_of(messages)
    assert first.request == Request(PHOTO_ID, nudged=True)
    assert [message.message_id for message in first.messages] == ["m-0", "m-1"]
    assert (second.request, second.receive_count) == (Request(other, received_before=True), 4)


def test_jobs_of__most_turns_of_a_photo_win() -> None:
    bodies = [events.body_of(events.s3_record(nudge_key(PHOTO_ID, turns))) for turns in (2, 1)]
    (job,) = jobs_of(read_messages(events.sqs_event(*bodies)))
    assert job.request == Request(PHOTO_ID, nudged=True, quarter_turns=2)


def test_jobs_of__a_clean_copy_is_no_nudge_and_is_not_lost() -> None:
    asks = events.body_of(events.s3_record(clean_nudge_key(PHOTO_ID)))
    (job,) = jobs_of(read_messages(events.sqs_event(asks)))
    assert job.request == Request(PHOTO_ID, clean_copy=True)
    for bodies in ((asks, events.nudged(PHOTO_ID)), (events.nudged(PHOTO_ID), asks)):
        (job,) = jobs_of(read_messages(events.sqs_event(*bodies)))
        assert job.request == Request(PHOTO_ID, nudged=True, clean_copy=True)


@pytest.mark.parametrize("end", ["clean/", "Clean", "clean/1", "1/clean", ""])
def test_read_messages__a_key_that_almost_asks_for_a_clean_copy(end: str) -> None:
    body = events.body_of(events.s3_record(f"nudges/{PHOTO_ID}/{end}"))
    (message,) = read_messages(events.sqs_event(body))
    assert (message.requests, message.unknown) == ((), "no photo id in the key")
