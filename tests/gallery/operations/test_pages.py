"""The operator's pages: figures that are true, and dead letters that are looked at again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from gallery.accounts.models import User
from gallery.operations import dashboard
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.storage import queues

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import MotoAws

pytestmark = pytest.mark.django_db

PAGES = ("/admin/operations/", "/admin/operations/?fragment", "/admin/operations/given-up/")


@pytest.fixture(autouse=True)
def _nobody_looked_yet() -> None:
    cache.clear()


@pytest.fixture
def operator() -> User:
    return User.objects.create_superuser("operator", "operator@example.com", "long enough here")


@pytest.fixture
def dead(moto_aws: MotoAws, settings: SettingsWrapper) -> str:
    settings.THUMBNAILS_QUEUE_URL = moto_aws.outputs.thumbnails_queue_url
    settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL = moto_aws.outputs.thumbnails_dead_letter_queue_url
    queues._client.cache_clear()
    return moto_aws.outputs.thumbnails_dead_letter_queue_url


def send(aws: MotoAws, url: str, photo_id: UUID | None) -> None:
    key = f"originals/{photo_id}" if photo_id else "elsewhere"
    body = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
    aws.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def photo(owner: User, *, state: str = State.APPROVED, reason: str = "", minutes_ago: int = 5) -> Photo:
    done = timezone.now() - timedelta(minutes=minutes_ago)
    photo_id = uuid4()
    return Photo.objects.create(
        pk=photo_id,
        owner=owner,
        state=state,
        reason=reason,
        file_name="a.jpg",
        content_type="image/jpeg",
        size_bytes=1000,
        sha256=photo_id.hex,
        created_at=done - timedelta(seconds=2),
        offered_until=done,
        processed_at=done,
    )


@pytest.mark.parametrize("page", PAGES)
def test_pages__show_an_operator_everything(client: Client, operator: User, dead: str, page: str) -> None:
    client.force_login(operator)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_pages__are_nobody_elses(client: Client, page: str) -> None:
    assert client.get(page).status_code == 302
    moderator = User.objects.create_user("moderator", "m@example.com", "long enough here", is_staff=True)
    client.force_login(moderator)
    assert client.get(page).status_code == 403


def test_figures__count_what_happened_today(operator: User, dead: str) -> None:
    photo(operator)
    photo(operator, minutes_ago=90)
    photo(operator, state=State.FAILED, reason="damaged")
    photo(operator, minutes_ago=60 * 30)
    found = dashboard.look()
    assert found.processed == 3
    processed, failed, waits, stored, cost = found.charts
    assert sum(1 for bar in processed.bars if bar.height) == 2
    assert [bar.label.split(": ")[1] for bar in processed.bars if bar.height] == ["1", "2"]
    assert [bar.label.split(": ")[1] for bar in failed.bars if bar.height] == ["1"]
    assert {bar.label.split(": ")[1] for bar in waits.bars if bar.height} == {"2.0 s"}
    assert len(stored.bars) == 24
    assert len(cost.bars) == timezone.localtime().day
    assert [(failure.number, failure.percent) for failure in found.failures] == [(1, 100.0)]
    assert found.median_seconds == pytest.approx(2.0)
    assert [(queue.title, queue.depth) for queue in found.queues] == [
        ("Thumbnails", queues.Depth(0, 0)),
        ("Thumbnails given up", queues.Depth(0, 0)),
    ]


def test_figures__cost_five_queries(operator: User, dead: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):
        dashboard.look()


def test_figures__are_gathered_once_for_all_who_look(
    client: Client, operator: User, dead: str, django_assert_num_queries
) -> None:
    client.force_login(operator)
    first = client.get("/admin/operations/?fragment").content
    photo(operator)
    with django_assert_num_queries(2):  # session and user
        assert client.get("/admin/operations/?fragment").content == first
    with django_assert_num_queries(7):
        client.get("/admin/operations/")


def test_figures__are_shown_without_the_queues(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    moto_aws.client("sqs").delete_queue(QueueUrl=dead)
    client.force_login(operator)
    assert "does not answer" in client.get("/admin/operations/").content.decode()


def test_dead_letters__are_listed_and_stay(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    known = photo(operator)
    send(moto_aws, dead, known.pk)
    send(moto_aws, dead, uuid4())
    send(moto_aws, dead, None)
    client.force_login(operator)
    for _ in range(2):
        shown = client.get("/admin/operations/given-up/").content.decode()
        assert str(known.pk) in shown
        assert "The photo is gone" in shown
        assert "names no photo" in shown
    assert queues.depth(dead).waiting == 3


def act(client: Client, what: str, message: str = "") -> None:
    fields = {"queue": "Thumbnails", "act": what, "message": message}
    assert client.post("/admin/operations/given-up/act/", fields).status_code == 302


def nudges(aws: MotoAws) -> list[str]:
    found = aws.client("s3").list_objects_v2(Bucket=aws.outputs.originals_bucket, Prefix="nudges/")
    return [entry["Key"] for entry in found.get("Contents", [])]


def test_redrive_of_all__nudges_each_photo_and_leaves_strange_messages(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4() for _ in range(12)]
    for photo_id in [*ids, None]:
        send(moto_aws, dead, photo_id)
    client.force_login(operator)
    act(client, "again")
    assert sorted(nudges(moto_aws)) == sorted(f"nudges/{photo_id}" for photo_id in ids)
    assert queues.depth(dead) == queues.Depth(1, 0)


def test_redrive_of_one__leaves_the_others(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4(), uuid4()]
    for photo_id in ids:
        send(moto_aws, dead, photo_id)
    letters = queues.take(dead, limit=10)
    queues.give_back(dead, letters)
    client.force_login(operator)
    act(client, "again", letters[0].message_id)
    assert nudges(moto_aws) == [f"nudges/{letters[0].photo_id}"]
    assert queues.depth(dead).waiting == 1


def test_redrive__keeps_messages_while_s3_is_down(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    send(moto_aws, dead, uuid4())
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    client.force_login(operator)
    act(client, "again")
    assert queues.depth(dead) == queues.Depth(1, 0)


def test_redrive_of_many__goes_on_batch_by_batch(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    ids = [uuid4() for _ in range(60)]
    for photo_id in ids:
        send(moto_aws, dead, photo_id)
    client.force_login(operator)
    told = [next_batch(client).json() for _ in range(3)]
    assert told == [{"again": 50, "waiting": 10}, {"again": 10, "waiting": 0}, {"again": 0, "waiting": 0}]
    assert len(nudges(moto_aws)) == 60


def test_redrive__finds_photos_behind_many_strange_messages(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    for photo_id in [None] * 120 + [uuid4()]:
        send(moto_aws, dead, photo_id)
    client.force_login(operator)
    assert next_batch(client).json() == {"again": 1, "waiting": 120}
    assert next_batch(client).json() == {"again": 0, "waiting": 120}
    assert queues.depth(dead) == queues.Depth(120, 0)


@pytest.mark.parametrize(("what", "nudged"), [("again", 1), ("discard", 0)])
def test_one_message__is_found_beyond_those_that_the_page_shows(
    client: Client, operator: User, dead: str, moto_aws: MotoAws, what: str, nudged: int
) -> None:
    for _ in range(70):
        send(moto_aws, dead, uuid4())
    letters = queues.take(dead, limit=70)
    queues.give_back(dead, letters)
    client.force_login(operator)
    act(client, what, letters[-1].message_id)
    assert nudges(moto_aws) == [f"nudges/{letters[-1].photo_id}"] * nudged
    assert queues.depth(dead) == queues.Depth(69, 0)


def next_batch(client: Client) -> HttpResponse:
    fields = {"queue": "Thumbnails", "act": "again"}
    headers = {"accept": "application/json"}
    return client.post("/admin/operations/given-up/act/", fields, headers=headers)


def test_redrive_of_many__says_so_while_s3_is_down(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    send(moto_aws, dead, uuid4())
    moto_aws.client("s3").delete_bucket(Bucket=moto_aws.outputs.originals_bucket)
    client.force_login(operator)
    answer = next_batch(client)
    assert answer.status_code == 503
    assert "still here" in answer.json()["sentence"]
    assert queues.depth(dead) == queues.Depth(1, 0)


def test_act__is_for_operators_only(client: Client, dead: str, moto_aws: MotoAws) -> None:
    send(moto_aws, dead, uuid4())
    moderator = User.objects.create_user("moderator", "m@example.com", "long enough here", is_staff=True)
    client.force_login(moderator)
    assert next_batch(client).status_code == 403
    assert queues.depth(dead).waiting == 1
    assert nudges(moto_aws) == []


def test_dead_letters__are_listed_without_the_catalogue_and_escaped(
    client: Client, operator: User, dead: str, moto_aws: MotoAws
) -> None:
    known = photo(operator)
    send(moto_aws, dead, known.pk)
    moto_aws.client("sqs").send_message(QueueUrl=dead, MessageBody="<b>nonsense</b>")
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    client.force_login(operator)
    shown = client.get("/admin/operations/given-up/").content.decode()
    assert str(known.pk) in shown
    assert "&lt;b&gt;nonsense&lt;/b&gt;" in shown
    assert "<b>nonsense</b>" not in shown


def test_discard__removes_one(client: Client, operator: User, dead: str, moto_aws: MotoAws) -> None:
    send(moto_aws, dead, None)
    (letter,) = queues.take(dead, limit=10)
    queues.give_back(dead, [letter])
    client.force_login(operator)
    act(client, "discard", letter.message_id)
    assert queues.depth(dead).waiting == 0
    assert nudges(moto_aws) == []


def test_act__needs_a_post_and_a_known_queue(client: Client, operator: User, dead: str) -> None:
    client.force_login(operator)
    assert client.get("/admin/operations/given-up/act/").status_code == 405
    assert client.post("/admin/operations/given-up/act/", {"queue": "Other"}).status_code == 404
