from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.contract.test_stores import failed, ready_item
from thumbworker.contract import events
from thumbworker.contract.events import EventType, PhotoEvent, event_id, event_of_deletion, event_of_item
from thumbworker.contract.items import Status

SCHEMA = json.loads(Path(events.__file__).with_name("events.schema.json").read_text())
ORIGIN = "https://photos.example"


def validate(message: str) -> None:
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(json.loads(message))


@pytest.mark.parametrize(
    "item",
    [ready_item(), failed(ready_item()), replace(ready_item(), owner="")],
    ids=["ready", "failed", "nobody"],
)
def test_messages_are_what_the_schema_says(item: object) -> None:
    validate(event_of_item(item, ORIGIN).to_json())  # type: ignore[arg-type]
    validate(event_of_deletion(item, ORIGIN, "2026-11-21T10:00:00.000+00:00").to_json())  # type: ignore[arg-type]


def test_schema_and_code_name_the_same_things() -> None:
    names = {"schema"} | {field.name for field in fields(PhotoEvent)}
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"]) == names
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["$id"] == events.SCHEMA
    assert SCHEMA["properties"]["type"]["enum"] == [str(kind) for kind in EventType]
    assert {*Status, events.DELETED_STATUS} <= set(SCHEMA["properties"]["status"]["enum"])


def test_same_facts_give_the_same_id_whenever_they_are_told() -> None:
    item = ready_item()
    later = replace(item, processed_at="2027-01-01T00:00:00.000+00:00")
    assert event_of_item(item, ORIGIN).event_id == event_of_item(later, ORIGIN).event_id
    first = event_of_deletion(item, ORIGIN, "2026-11-21T10:00:00.000+00:00")
    second = event_of_deletion(item, ORIGIN, "2026-11-22T10:00:00.000+00:00")
    assert first.event_id == second.event_id


def test_every_fact_of_an_id_counts() -> None:
    photo_id = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")
    ids = {
        event_id(EventType.PROCESSED, photo_id, "ab", 1, "READY"),
        event_id(EventType.FAILED, photo_id, "ab", 1, "READY"),
        event_id(EventType.PROCESSED, UUID(int=1), "ab", 1, "READY"),
        event_id(EventType.PROCESSED, photo_id, "cd", 1, "READY"),
        event_id(EventType.PROCESSED, photo_id, "ab", 2, "READY"),
        event_id(EventType.PROCESSED, photo_id, "ab", 1, "FAILED"),
    }
    assert len(ids) == 6


def test_empty_owner_is_no_attribute() -> None:
    attributes = event_of_item(replace(ready_item(), owner=""), ORIGIN).attributes()
    assert attributes == {"type": "photo.processed", "status": "READY"}


def test_address_is_stable_whatever_the_origin_ends_with() -> None:
    item = ready_item()
    address = f"https://photos.example/photos/{item.photo_id}/"
    assert event_of_item(item, ORIGIN).address == event_of_item(item, f"{ORIGIN}/").address == address


def test_news_carries_the_id_of_the_request_that_brought_the_photo() -> None:
    item = ready_item()
    told = event_of_item(item, ORIGIN), event_of_deletion(item, ORIGIN, item.processed_at)
    assert [found.correlation_id for found in told] == [item.correlation_id] * 2
    old = event_of_item(replace(item, correlation_id=""), ORIGIN)
    assert (old.correlation_id, old.event_id) == ("", told[0].event_id)
