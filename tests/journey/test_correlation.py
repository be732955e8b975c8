"""One id leads from the request that offered a photo to the last that is heard of it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.photos.models import Photo
from gallery.processing.settle import settle
from tests.emf import metrics_of
from tests.gallery.api.conftest import ProgramFactory, program_of
from tests.gallery.photos.conftest import Subscriber, subscriber
from tests.pictures import flat_jpeg
from tests.thumbworker.imports.fakes import FakeWeb
from tests.weblog import WebLog, web_log
from thumbworker.contract import keys
from thumbworker.contract.imports import ImportReason
from thumbworker.environment import Environment
from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.download import Picture
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.importer import Importer
from thumbworker.imports.stores import open_stores
from thumbworker.metrics import MetricLog
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.journey.conftest import Journey

__all__ = ["program_of", "subscriber", "web_log"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(trusted: User) -> Client:
    client = Client()
    client.force_login(trusted)
    return client


@pytest.fixture
def worker_line(capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, Any]]:
    """Return what reads the one line that the worker wrote since the last reading."""

    def read() -> dict[str, Any]:
        (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
        found: dict[str, Any] = line
        return found

    return read


def item_of(journey: Journey, photo_id: UUID) -> dict[str, Any]:
    answer = journey.stores.dynamodb.get_item(
        TableName=journey.aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(photo_id)}}
    )
    found: dict[str, Any] = answer["Item"]
    return found


def test_correlation__from_the_offer_to_the_deleted_event(
    journey: Journey,
    browser: Client,
    subscriber: Subscriber,
    web_log: WebLog,
    worker_line: Callable[[], dict[str, Any]],
) -> None:
    content = flat_jpeg()
    (result,) = journey.offer(browser, content)
    photo_id = journey.put(result, content)
    (offered,) = web_log.lines("uploads_offered")
    correlation_id = offered["correlation_id"]
    assert (offered["request_id"], offered["photo_ids"]) == (correlation_id, [str(photo_id)])

    journey.work()
    line = worker_line()
    assert (line["outcome"], line["correlation_id"]) == ("ready", correlation_id)
    assert item_of(journey, photo_id)["correlation_id"] == {"S": correlation_id}

    answer = browser.get("/photos/status/", {"ids": str(photo_id)})
    (settled,) = web_log.lines("photo_settled")
    assert (settled["photo_id"], settled["correlation_id"]) == (str(photo_id), correlation_id)
    assert settled["request_id"] == answer["X-Request-Id"] != correlation_id

    browser.post(f"/photos/{photo_id}/trash/")
    browser.post(f"/photos/{photo_id}/purge/")
    journey.work()
    line = worker_line()
    assert (line["outcome"], line["correlation_id"]) == ("deleted", correlation_id)
    assert {(heard["type"], heard["correlation_id"]) for heard in subscriber.events()} == {
        ("photo.processed", correlation_id),
        ("photo.approved", correlation_id),
        ("photo.deleted", correlation_id),
    }


def test_correlation__through_the_plain_form(
    journey: Journey, browser: Client, worker_line: Callable[[], dict[str, Any]]
) -> None:
    file = SimpleUploadedFile("a.jpg", flat_jpeg(), "image/jpeg")
    answer = browser.post("/upload/", {"file": file, "visibility": "private"})
    photo = Photo.objects.get()
    journey.work()
    line = worker_line()
    assert (line["photo_id"], line["correlation_id"]) == (str(photo.pk), answer["X-Request-Id"])


def test_correlation__of_an_unreadable_picture(
    journey: Journey, browser: Client, subscriber: Subscriber, worker_line: Callable[[], dict[str, Any]]
) -> None:
    content = b"no picture at all"
    (result,) = journey.offer(browser, content)
    journey.put(result, content)
    journey.work()
    (heard,) = subscriber.events()
    expected = result["headers"]["x-amz-meta-correlation-id"]
    assert (heard["type"], heard["correlation_id"]) == ("photo.failed", expected)
    assert worker_line()["correlation_id"] == expected


class Imports:
    """An import that was asked for, and its worker on real stores with a web that answers as a test wants."""

    def __init__(self, aws: MotoAws, asked_id: str) -> None:
        self.aws = aws
        self.asked_id = asked_id

    def work(self, web: FakeWeb) -> None:
        environment = Environment.read(os.environ)
        importer = Importer(open_stores(environment), web, environment.site_origin)
        batch = ImportBatch(importer, open_queues(environment), MetricLog("test", "imports"))
        answer = self.aws.client("sqs").receive_message(
            QueueUrl=self.aws.outputs.imports_queue_url, AttributeNames=["All"]
        )
        (message,) = answer["Messages"]
        record = {"messageId": "m", "body": message["Body"], "attributes": message["Attributes"]}
        assert batch({"Records": [record]}, request_id="imports") == {"batchItemFailures": []}


@pytest.fixture
def imports(journey: Journey, alice: User, program_of: ProgramFactory, web_log: WebLog) -> Imports:
    """Import a photo by the API."""
    answer = program_of(alice).post("/images", {"url": "https://example.org/a.jpg"})
    return Imports(journey.aws, str(answer["X-Request-Id"]))


def test_correlation__from_an_import_to_the_thumbnail(
    journey: Journey,
    imports: Imports,
    subscriber: Subscriber,
    web_log: WebLog,
    worker_line: Callable[[], dict[str, Any]],
) -> None:
    photo = Photo.objects.get()
    (requested,) = web_log.lines("imports_requested")
    assert (requested["correlation_id"], requested["photo_ids"]) == (imports.asked_id, [str(photo.pk)])

    imports.work(FakeWeb(picture=Picture(flat_jpeg(), "image/jpeg")))
    line = worker_line()
    assert (line["outcome"], line["correlation_id"]) == ("completed", imports.asked_id)
    assert metrics_of(line)["test", "imports"].keys() >= {
        "Processed",
        "FetchMilliseconds",
        "QueueAgeMilliseconds",
    }

    journey.work()
    line = worker_line()
    assert (line["outcome"], line["correlation_id"]) == ("ready", imports.asked_id)
    settle([photo.pk])
    (settled,) = web_log.lines("photo_settled")
    assert (settled["status"], settled["correlation_id"]) == ("READY", imports.asked_id)
    assert [heard["correlation_id"] for heard in subscriber.events()] == [imports.asked_id]


def test_correlation__of_a_failed_import(
    imports: Imports,
    subscriber: Subscriber,
    web_log: WebLog,
    worker_line: Callable[[], dict[str, Any]],
) -> None:
    imports.work(FakeWeb([NotFetched(ImportReason.NOT_THERE)]))
    line = worker_line()
    assert (line["reason"], line["correlation_id"]) == (ImportReason.NOT_THERE, imports.asked_id)
    settle(Photo.objects.values_list("pk", flat=True))
    (settled,) = web_log.lines("photo_settled")
    assert (settled["reason"], settled["correlation_id"]) == (ImportReason.NOT_THERE, imports.asked_id)
    (heard,) = subscriber.events()
    assert (heard["type"], heard["correlation_id"]) == ("photo.failed", imports.asked_id)
