from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.items import failed_item, ready_item
from thumbworker.contract import events
from thumbworker.contract.events import EventType, PhotoEvent, event_id, event_of_deletion, event_of_item
from thumbworker.contract.items import Status

SCHEMA = json.loads(Path(events.__file__).with_name("events.schema.json").read_text())
ORIGIN = "https://photos.example"


def validate(message: str) -> None:
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(json.loads(message))


@pytest.mark.parametrize(
    "item",
    [ready_item(), failed_item(ready_item()), replace(ready_item(), owner="")],
    ids=["ready", "failed", "no_owner"],
)
def test_message__matches_schema(item: object) -> None:
    validate(event_of_item(item, ORIGIN).to_json())  # type: ignore[arg-type]
    validate(event_of_deletion(item, ORIGIN, "2026-11-21T10:00:00.000+00:00").to_json())  # type: ignore[arg-type]


def test_schema__has_fields_and_values_of_code() -> None:
    names = {"schema"} | {field.name for field in fields(PhotoEvent)}
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"]) == names
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["$id"] == events.SCHEMA
    assert SCHEMA["properties"]["type"]["enum"] == [str(kind) for kind in EventType]
    assert {*Status, events.DELETED_STATUS} <= set(SCHEMA["properties"]["status"]["enum"])


def test_event_id__same_facts_same_id() -> None:
    item = ready_item()
    later = replace(item, processed_at="2027-01-01T00:00:00.000+00:00")
    assert event_of_item(item, ORIGIN).event_id == event_of_item(later, ORIGIN).event_id
    first = event_of_deletion(item, ORIGIN, "2026-11-21T10:00:00.000+00:00")
    second = event_of_deletion(item, ORIGIN, "2026-11-22T10:00:00.000+00:00")
    assert first.event_id == second.event_id


def test_event_id__depends_on_every_fact() -> None:
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


def test_attributes__omit_empty_owner() -> None:
    attributes = event_of_item(replace(ready_item(), owner=""), ORIGIN).attributes()
    assert attributes == {"type": "photo.processed", "status": "READY"}


def test_photo_url__ignores_trailing_slash() -> None:
    item = ready_item()
    address = f"https://photos.example/photos/{item.photo_id}/"
    assert event_of_item(item, ORIGIN).address == event_of_item(item, f"{ORIGIN}/").address == address


def test_event__has_correlation_id() -> None:
    item = ready_item()
    both = event_of_item(item, ORIGIN), event_of_deletion(item, ORIGIN, item.processed_at)
    assert [found.correlation_id for found in both] == [item.correlation_id] * 2
    old = event_of_item(replace(item, correlation_id=""), ORIGIN)
    assert (old.correlation_id, old.event_id) == ("", both[0].event_id)
