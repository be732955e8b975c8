"""One import: three tries, one end, one event, however often it runs."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.thumbworker.imports.fakes import PICTURE, World
from thumbworker.contract.imports import ImportItem, ImportReason, ImportStatus
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.importer import Importer, Outcome
from thumbworker.interfaces import StoreUnavailable

TROUBLE = NotFetched(ImportReason.SERVER_TROUBLE, "503", is_transient=True)
GONE = NotFetched(ImportReason.NOT_THERE, "404")
PHOTO = uuid4()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def importer(world: World) -> Importer:
    world.ask(PHOTO)
    return Importer(world.stores, world.web, "https://photos.example")


def ending(world: World) -> tuple[str, int, str]:
    item = world.import_items.items[PHOTO]
    return item.status, item.attempts, item.reason


def test_importer__stores_original(world: World, importer: Importer) -> None:
    assert importer(PHOTO).outcome is Outcome.COMPLETED
    assert world.originals.found == {PHOTO: (PICTURE, "7")}
    assert world.originals.correlation_ids == {PHOTO: "asked-by-alice"}
    assert ending(world) == (ImportStatus.COMPLETED, 1, "")
    assert world.topic.published == []


def test_importer__succeeds_on_third_try(world: World, importer: Importer) -> None:
    world.web.errors = [TROUBLE, TROUBLE]
    outcomes = [importer(PHOTO).outcome for _ in range(3)]
    assert outcomes == [Outcome.TRY_AGAIN, Outcome.TRY_AGAIN, Outcome.COMPLETED]
    assert ending(world) == (ImportStatus.COMPLETED, 3, "")


def test_importer__fails_after_three_tries(world: World, importer: Importer) -> None:
    world.web.errors = [TROUBLE] * 4
    outcomes = [importer(PHOTO).outcome for _ in range(4)]
    assert outcomes == [Outcome.TRY_AGAIN, Outcome.TRY_AGAIN, Outcome.GAVE_UP, Outcome.ENDED_OR_LEASED]
    assert ending(world) == (ImportStatus.FAILED, 3, ImportReason.SERVER_TROUBLE)
    (news,) = world.topic.published
    assert (news.type, news.reason, news.owner) == ("photo.failed", ImportReason.SERVER_TROUBLE, "7")
    assert news.correlation_id == "asked-by-alice"
    assert news.address == f"https://photos.example/photos/{PHOTO}/"


def test_importer__permanent_failure_is_not_retried(world: World, importer: Importer) -> None:
    world.web.errors = [GONE]
    assert importer(PHOTO).outcome is Outcome.FAILED
    assert ending(world) == (ImportStatus.FAILED, 1, ImportReason.NOT_THERE)
    assert len(world.topic.published) == 1


def test_importer__repeat_after_end(world: World, importer: Importer) -> None:
    importer(PHOTO)
    del world.originals.found[PHOTO]
    before = dict(world.import_items.items)
    assert importer(PHOTO).outcome is Outcome.ENDED_OR_LEASED
    assert (world.import_items.items, world.originals.found, len(world.web.fetched)) == (before, {}, 1)


def test_importer__existing_original(world: World, importer: Importer) -> None:
    world.originals.put(PHOTO, PICTURE, owner="7", correlation_id="")
    assert importer(PHOTO).outcome is Outcome.ALREADY_THERE
    assert (world.web.fetched, ending(world)[0]) == ([], ImportStatus.COMPLETED)


def test_importer__leased_import(world: World, importer: Importer) -> None:
    world.import_items.begin(PHOTO, correlation_id="")
    assert importer(PHOTO).outcome is Outcome.ENDED_OR_LEASED
    assert world.web.fetched == []


def test_importer__no_request(world: World, importer: Importer) -> None:
    world.requests.found.clear()
    assert importer(PHOTO).outcome is Outcome.NO_REQUEST
    assert (world.web.fetched, world.import_items.items) == ([], {})


def test_importer__expired_request(world: World, importer: Importer) -> None:
    world.ask(PHOTO, begin_before="2026-01-01T00:00:00+00:00")
    assert importer(PHOTO).reason == ImportReason.EXPIRED
    assert (world.web.fetched, ending(world)[0]) == ([], ImportStatus.FAILED)


def test_importer__counts_crashed_tries(world: World, importer: Importer) -> None:
    world.import_items.items[PHOTO] = ImportItem(PHOTO, ImportStatus.PROCESSING, 3, "now")
    assert importer(PHOTO).reason == ImportReason.GAVE_UP
    assert (world.web.fetched, ending(world)[0]) == ([], ImportStatus.FAILED)


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        (StoreUnavailable("PutObject", "503"), Outcome.UNAVAILABLE, "PutObject: 503"),
        (ZeroDivisionError("ours"), Outcome.CRASHED, "ZeroDivisionError"),
    ],
)
def test_importer__errors_are_outcomes(
    world: World, importer: Importer, fault: Exception, outcome: Outcome, reason: str
) -> None:
    world.originals.fault = fault
    result = importer(PHOTO)
    assert (result.outcome, result.reason, result.correlation_id) == (outcome, reason, "asked-by-alice")
    assert ("ours" in result.detail) == (outcome is Outcome.CRASHED)
    world.import_items.leased.clear()
    assert importer(PHOTO).outcome is Outcome.COMPLETED


def test_importer__request_unavailable(world: World, importer: Importer) -> None:
    world.requests.fault = StoreUnavailable("GetObject", "503")
    assert (importer(PHOTO).outcome, importer(PHOTO).outcome) == (Outcome.UNAVAILABLE, Outcome.COMPLETED)
