"""Operators list, retry and delete dead letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from gallery.storage import queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client

    from gallery.accounts.models import User
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/operations/given-up/"
ACTION = f"{PAGE}act/"


@pytest.fixture
def operator(client_of: Callable[[User], Client], admin: User) -> Client:
    return client_of(admin)


def send(aws: MotoAws, url: str, photo_id: UUID | None) -> None:
    key = f"originals/{photo_id}" if photo_id else "elsewhere"
    body = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
    aws.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def test_list__leaves_the_messages_in_the_queue(
    operator: Client, admin: User, make_photo: PhotoFactory, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    known = make_photo(admin)
    send(moto_aws, dead_letter_queue, known.pk)
    send(moto_aws, dead_letter_queue, uuid4())
    send(moto_aws, dead_letter_queue, None)
    for _ in range(2):
        shown = operator.get(PAGE).content.decode()
        assert str(known.pk) in shown
        assert "This photo was deleted" in shown
        assert "name a photo" in shown
    assert queues.depth(dead_letter_queue).waiting == 3


def act(operator: Client, action: str, message: str = "") -> None:
    fields = {"queue": "Thumbnails", "act": action, "message": message}
    assert operator.post(ACTION, fields).status_code == 302


def nudges(aws: MotoAws) -> list[str]:
    found = aws.client("s3").list_objects_v2(Bucket=aws.outputs.originals_bucket, Prefix="nudges/")
    return [entry["Key"] for entry in found.get("Contents", [])]


def test_retry_all__nudges_each_photo_and_keeps_unknown_messages(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4() for _ in range(12)]
    for photo_id in [*ids, None]:
        send(moto_aws, dead_letter_queue, photo_id)
    act(operator, "again")
    assert sorted(nudges(moto_aws)) == sorted(f"nudges/{photo_id}" for photo_id in ids)
    assert queues.depth(dead_letter_queue) == queues.Depth(1, 0)


def test_retry__leaves_the_other_messages(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4(), uuid4()]
    for photo_id in ids:
        send(moto_aws, dead_letter_queue, photo_id)
    letters = queues.take(dead_letter_queue, max_messages=10)
    queues.give_back(dead_letter_queue, letters)
    act(operator, "again", letters[0].message_id)
    assert nudges(moto_aws) == [f"nudges/{letters[0].photo_id}"]
    assert queues.depth(dead_letter_queue).waiting == 1


def test_retry_all__keeps_messages_while_s3_is_down(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    send(moto_aws, dead_letter_queue, uuid4())
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    act(operator, "again")
    assert queues.depth(dead_letter_queue) == queues.Depth(1, 0)


def test_retry_all__continues_batch_by_batch(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4() for _ in range(60)]
    for photo_id in ids:
        send(moto_aws, dead_letter_queue, photo_id)
    batches = [next_batch(operator).json() for _ in range(3)]
    assert batches == [{"again": 50, "waiting": 10}, {"again": 10, "waiting": 0}, {"again": 0, "waiting": 0}]
    assert len(nudges(moto_aws)) == 60


@pytest.mark.slow
def test_retry_all__finds_photos_behind_many_unknown_messages(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    for photo_id in [None] * 120 + [uuid4()]:
        send(moto_aws, dead_letter_queue, photo_id)
    assert next_batch(operator).json() == {"again": 1, "waiting": 120}
    assert next_batch(operator).json() == {"again": 0, "waiting": 120}
    assert queues.depth(dead_letter_queue) == queues.Depth(120, 0)


@pytest.mark.parametrize(("what", "nudged"), [("again", 1), ("discard", 0)])
def test_action__finds_a_message_that_the_page_does_not_show(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws, what: str, nudged: int
) -> None:
    for _ in range(70):
        send(moto_aws, dead_letter_queue, uuid4())
    letters = queues.take(dead_letter_queue, max_messages=70)
    queues.give_back(dead_letter_queue, letters)
    act(operator, what, letters[-1].message_id)
    assert nudges(moto_aws) == [f"nudges/{letters[-1].photo_id}"] * nudged
    assert queues.depth(dead_letter_queue) == queues.Depth(69, 0)


def next_batch(client: Client) -> HttpResponse:
    fields = {"queue": "Thumbnails", "act": "again"}
    headers = {"accept": "application/json"}
    return client.post(ACTION, fields, headers=headers)


def test_retry_all__answers_503_while_s3_is_down(
    operator: Client, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    send(moto_aws, dead_letter_queue, uuid4())
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    answer = next_batch(operator)
    assert answer.status_code == 503
    assert "still here" in answer.json()["sentence"]
    assert queues.depth(dead_letter_queue) == queues.Depth(1, 0)


def test_action__refuses_moderators(
    client_of: Callable[[User], Client], charlie: User, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    send(moto_aws, dead_letter_queue, uuid4())
    assert next_batch(client_of(charlie)).status_code == 403
    assert queues.depth(dead_letter_queue).waiting == 1
    assert nudges(moto_aws) == []


def test_list__works_without_the_catalogue_and_escapes_bodies(
    operator: Client, admin: User, make_photo: PhotoFactory, dead_letter_queue: str, moto_aws: MotoAws
) -> None:
    known = make_photo(admin)
    send(moto_aws, dead_letter_queue, known.pk)
    moto_aws.client("sqs").send_message(QueueUrl=dead_letter_queue, MessageBody="<b>nonsense</b>")
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    shown = operator.get(PAGE).content.decode()
    assert str(known.pk) in shown
    assert "&lt;b&gt;nonsense&lt;/b&gt;" in shown
    assert "<b>nonsense</b>" not in shown


def test_discard__deletes_one_message(operator: Client, dead_letter_queue: str, moto_aws: MotoAws) -> None:
    send(moto_aws, dead_letter_queue, None)
    (letter,) = queues.take(dead_letter_queue, max_messages=10)
    queues.give_back(dead_letter_queue, [letter])
    act(operator, "discard", letter.message_id)
    assert queues.depth(dead_letter_queue).waiting == 0
    assert nudges(moto_aws) == []


def test_action__requires_post_and_a_known_queue(operator: Client, dead_letter_queue: str) -> None:
    assert operator.get(ACTION).status_code == 405
    assert operator.post(ACTION, {"queue": "Other"}).status_code == 404
