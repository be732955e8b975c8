"""One id leads from the request that offered a photo to the last that is heard of it."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from gallery.photos import news
from gallery.photos.models import Photo
from tests.gallery.photos.test_news import Subscriber
from tests.journey.conftest import photograph
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.journey.conftest import Journey

pytestmark = pytest.mark.django_db(transaction=True)


class WebLog:
    """What the gallery wrote, in the form that the settings give it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(text) for text in self.stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def web_log() -> Iterator[WebLog]:
    log, root = WebLog(), logging.getLogger()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(
        next(found.formatter for found in root.handlers if isinstance(found.formatter, ProcessorFormatter))
    )
    root.addHandler(handler)
    yield log
    root.removeHandler(handler)


@pytest.fixture
def subscriber(moto_aws: MotoAws) -> Iterator[Subscriber]:
    news.topic.cache_clear()
    yield Subscriber(moto_aws)
    news.topic.cache_clear()


@pytest.fixture
def browser(trusted: User) -> Client:
    client = Client()
    client.force_login(trusted)
    return client


def worker_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    found: dict[str, Any] = line
    return found


def item_of(journey: Journey, photo_id: UUID) -> dict[str, Any]:
    answer = journey.stores.dynamodb.get_item(
        TableName=journey.aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(photo_id)}}
    )
    found: dict[str, Any] = answer["Item"]
    return found


def test_from_the_offer_to_the_news_that_it_is_gone(
    journey: Journey,
    browser: Client,
    subscriber: Subscriber,
    web_log: WebLog,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content = photograph()
    (result,) = journey.offer(browser, content)
    photo_id = journey.put(result, content)
    (offered,) = web_log.lines("uploads_offered")
    correlation_id = offered["correlation_id"]
    assert (offered["request_id"], offered["photo_ids"]) == (correlation_id, [str(photo_id)])

    journey.work()
    line = worker_line(capsys)
    assert (line["outcome"], line["correlation_id"]) == ("ready", correlation_id)
    assert item_of(journey, photo_id)["correlation_id"] == {"S": correlation_id}

    answer = browser.get("/photos/status/", {"ids": str(photo_id)})
    (settled,) = web_log.lines("photo_settled")
    assert (settled["photo_id"], settled["correlation_id"]) == (str(photo_id), correlation_id)
    assert settled["request_id"] == answer["X-Request-Id"] != correlation_id

    browser.post(f"/photos/{photo_id}/trash/")
    browser.post(f"/photos/{photo_id}/purge/")
    journey.work()
    line = worker_line(capsys)
    assert (line["outcome"], line["correlation_id"]) == ("deleted", correlation_id)
    assert {(heard["type"], heard["correlation_id"]) for heard in subscriber.news()} == {
        ("photo.processed", correlation_id),
        ("photo.approved", correlation_id),
        ("photo.deleted", correlation_id),
    }


def test_through_the_form_without_javascript(
    journey: Journey, browser: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    file = SimpleUploadedFile("a.jpg", photograph(), "image/jpeg")
    answer = browser.post("/upload/", {"file": file, "visibility": "private"})
    photo = Photo.objects.get()
    journey.work()
    line = worker_line(capsys)
    assert (line["photo_id"], line["correlation_id"]) == (str(photo.pk), answer["X-Request-Id"])


def test_of_a_picture_that_cannot_be_read(
    journey: Journey, browser: Client, subscriber: Subscriber, capsys: pytest.CaptureFixture[str]
) -> None:
    content = b"no picture at all"
    (result,) = journey.offer(browser, content)
    journey.put(result, content)
    journey.work()
    (heard,) = subscriber.news()
    expected = result["headers"]["x-amz-meta-correlation-id"]
    assert (heard["type"], heard["correlation_id"]) == ("photo.failed", expected)
    assert worker_line(capsys)["correlation_id"] == expected
