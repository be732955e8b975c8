"""Each role may do what the journey does, and nothing that it never does."""

from __future__ import annotations

import functools
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gallery.api.tokens import Scope, issue
from gallery.operations import jobs
from gallery.photos import actions, transitions
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing.sweep import sweep
from gallery.storage import queues
from tests.gallery.conftest import admin
from tests.journey.conftest import Journey, drain
from tests.journey.permissions import Grant, Need, Recorder, grants_of
from tests.pictures import flat_jpeg, jpeg
from tests.stage import ACCOUNT, REGION, STAGE
from tests.templates import load
from thumbworker.contract.imports import ImportReason
from thumbworker.environment import Environment
from thumbworker.imports.batch import ImportBatch
from thumbworker.imports.download import Picture
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.importer import Importer
from thumbworker.imports.stores import open_stores
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from uuid import UUID

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.aws import MotoAws

__all__ = ["admin"]

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = {"web": "WebRole", "worker": "WorkerRole", "imports": "ImportsRole"}
EXPLAINED = {
    "logs:CreateLogStream": "the Lambda runtime opens the log in the function's name",
    "logs:PutLogEvents": "the Lambda runtime writes the log in the function's name",
}
"""What no call of ours shows, and why it is allowed all the same."""
WHERE = f"{REGION}:{ACCOUNT}"
ORIGINALS = f"arn:aws:s3:::contactsheet-{STAGE}-originals-{ACCOUNT}-{REGION}"
RENDITIONS = f"arn:aws:s3:::contactsheet-{STAGE}-renditions-{ACCOUNT}-{REGION}"
CATALOGUE = f"arn:aws:dynamodb:{WHERE}:table/contactsheet-{STAGE}-catalogue"


class Web:
    """The web that imports fetch from: some addresses answer, some do not today, some never will."""

    def fetch(self, untrusted_url: str) -> Picture:
        if "busy" in untrusted_url:
            raise NotFetched(ImportReason.TOO_SLOW, is_transient=True)
        if "missing" in untrusted_url:
            raise NotFetched(ImportReason.NOT_THERE)
        return Picture(flat_jpeg(), "image/jpeg")


class Cast:
    """Who acts, each in the name of its role."""

    def __init__(self, aws: MotoAws, journey: Journey, recorder: Recorder) -> None:
        self.aws, self.journey, self.recorder = aws, journey, recorder
        environment = Environment.read(os.environ)
        self._imports = ImportBatch(
            Importer(open_stores(environment), Web(), environment.site_origin),
            open_queues(environment),
            lambda _line: None,
        )

    def work(self) -> None:
        """Let both workers empty their queues; Lambda's mappings take messages in the roles' names."""
        with self.recorder.role("imports"):
            work = functools.partial(self._imports, request_id="journey")
            drain(self.aws.client("sqs"), self.aws.outputs.imports_queue_url, work)
        with self.recorder.role("worker"):
            self.journey.work()

    def give_up(self, queue_url: str, key: str) -> None:
        """Let something lie in a dead-letter queue."""
        body = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
        with self.recorder.role(""):  # SQS itself moves it there
            self.aws.client("sqs").send_message(QueueUrl=queue_url, MessageBody=body)

    def upload(self, browser: Client, content: bytes) -> UUID:
        """Upload as the browser does, whose PUT is done in the name of the role that signed it."""
        with self.recorder.role("web"):
            (photo_id,) = self.journey.upload(browser, content)
        return photo_id


def walk(cast: Cast, alice: User, charlie: User, admin: User) -> None:
    """Do everything that a gallery does."""
    browser, desk, program = Client(), Client(), issue(alice, name="x", scopes=[*Scope], days=1)
    browser.force_login(alice)
    desk.force_login(admin)
    photo_id = cast.upload(browser, flat_jpeg())
    broken_id = cast.upload(browser, b"no picture at all")
    # A store that is busy once: the worker has the message come again sooner.
    cast.recorder.fails_once = {"Publish"}
    cast.work()
    with cast.recorder.role("web"):
        call_command("fsck")
        assert browser.post(f"/photos/{broken_id}/try-again/").status_code == 302
        post = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {program.secret}"}}
        urls = [f"https://example.com/{name}.jpg" for name in ("cat", "busy", "missing")]
        assert Client().post("/api/v1/images", json.dumps({"urls": urls}), **post).status_code == 202
    cast.work()
    cast.aws.client("s3").put_object(
        Bucket=cast.aws.outputs.originals_bucket, Key="inbox/alice/harbor.jpg", Body=jpeg(42)
    )
    with cast.recorder.role("web"):
        look_around(browser, photo_id)
        assert transitions.approved(photo_id, actor=charlie)
        for job in (jobs.sweep, jobs.send_notifications, jobs.examine):
            job()
        operate(cast, desk, photo_id)
    cast.work()
    end(cast, browser, photo_id, charlie)


def look_around(browser: Client, photo_id: UUID) -> None:
    """Look at the pages, and fetch what their signed addresses lead to."""
    browser.get("/photos/status/", {"ids": str(photo_id)})
    for page in ("/", "/me/photos/", f"/photos/{photo_id}/", "/health/ready/"):
        assert browser.get(page).status_code == 200, page
    for photo in Photo.objects.exclude(origin_url=""):
        browser.get("/photos/status/", {"ids": str(photo.pk)})


def operate(cast: Cast, desk: Client, photo_id: UUID) -> None:
    """Open the operator's pages and retry dead letters."""
    outputs, at_once = cast.aws.outputs, "/admin/operations/given-up/act/"
    imported = Photo.objects.exclude(origin_url="").first()
    assert imported
    cast.give_up(outputs.thumbnails_dead_letter_queue_url, f"originals/{photo_id}")
    cast.give_up(outputs.imports_dead_letter_queue_url, f"imports/{imported.pk}")
    cast.give_up(outputs.imports_dead_letter_queue_url, "names/nothing")
    for page in ("/admin/operations/", "/admin/operations/given-up/", "/admin/photos/photo/"):
        assert desk.get(page).status_code == 200, page
    for queue in ("Thumbnails", "Imports"):
        assert desk.post(at_once, {"queue": queue, "act": "redrive"}).status_code == 302


def end(cast: Cast, browser: Client, photo_id: UUID, charlie: User) -> None:
    """Download, take one down, and purge the others; the sweep makes sure of it later."""
    s3, outputs = cast.aws.client("s3"), cast.aws.outputs
    rendition, *_ = sorted(cast.journey.stores.rendition_keys())
    with cast.recorder.role("web"):
        # What the addresses on pages are signed for.
        s3.get_object(Bucket=outputs.originals_bucket, Key=f"originals/{photo_id}")
        s3.get_object(Bucket=outputs.renditions_bucket, Key=rendition)
        stolen = Photo.objects.filter(state=State.PENDING).first()
        assert stolen
        assert actions.take_down(stolen.pk, actor=charlie, reason="Stolen.") == actions.Outcome.DONE
        for photo in Photo.objects.filter(taken_down_at=None):
            browser.post(f"/photos/{photo.pk}/trash/")
            browser.post(f"/photos/{photo.pk}/purge/")
        assert not Photo.objects.filter(taken_down_at=None).exists()
    cast.work()
    with cast.recorder.role("web"):
        sweep(timezone.now() + timedelta(days=3))
    cast.work()
    with cast.recorder.role("web"):
        sweep(timezone.now() + timedelta(days=6))
    # Items of imports expire by themselves, after a month.
    assert {key for key in cast.journey.everything_left() if not key.startswith("import#")} == set()


def grants(aws: MotoAws, who: str) -> list[Grant]:
    """Return what a role may, as CloudFormation made it and gave it to the function."""
    functions = {"worker": aws.outputs.worker_function_name, "imports": aws.outputs.imports_function_name}
    role_arn = aws.outputs.web_role_arn  # Zappa makes the web's function
    if who in functions:
        found = aws.client("lambda").get_function_configuration(FunctionName=functions[who])
        role_arn = found["Role"]
    return grants_of(aws.client("iam"), role_arn.rpartition("/")[2])


@pytest.fixture
def operated(moto_aws: MotoAws, settings: SettingsWrapper) -> None:
    """Let the web know its queues, as where it is deployed."""
    for name, value in moto_aws.outputs.web_environment().items():
        setattr(settings, name, value)
    queues._client.cache_clear()


@pytest.mark.usefixtures("operated")
def test_roles__are_allowed_what_they_do_and_no_more(
    journey: Journey,
    moto_aws: MotoAws,
    alice: User,
    charlie: User,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder = Recorder(WHERE)
    recorder.listen(monkeypatch)
    walk(Cast(moto_aws, journey, recorder), alice, charlie, admin)
    for who in ROLES:
        allowed, needed = grants(moto_aws, who), recorder.needs[who]
        lacking = {need for need in needed if not any(grant.covers(need) for grant in allowed)}
        assert lacking == set(), f"{who} lacks rights"
        idle = {grant for grant in allowed if not any(grant.covers(need) for need in needed)}
        assert {grant for grant in idle if grant.action not in EXPLAINED} == set(), f"{who} needs less"
        assert {grant.action for grant in idle} == set(EXPLAINED), f"{who} does what is explained"


def test_roles__are_all_weighed() -> None:
    found = load("template")["Resources"]
    assert {name for name, one in found.items() if one["Type"] == "AWS::IAM::Role"} == set(ROLES.values())


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        ("imports", "s3:GetObject", f"{ORIGINALS}/originals/x"),
        ("imports", "s3:DeleteObject", f"{ORIGINALS}/originals/x"),
        ("imports", "s3:PutObject", f"{ORIGINALS}/nudges/x"),
        ("imports", "s3:PutObject", f"{RENDITIONS}/320/x.webp"),
        ("worker", "s3:PutObject", f"{ORIGINALS}/originals/x"),
        ("worker", "s3:GetObject", f"{ORIGINALS}/imports/x"),
        ("worker", "s3:GetObject", f"{RENDITIONS}/320/x.webp"),
        ("web", "s3:PutObject", f"{RENDITIONS}/320/x.webp"),
        ("web", "s3:GetObject", f"{ORIGINALS}/imports/x"),
        ("web", "sqs:SendMessage", f"arn:aws:sqs:{WHERE}:contactsheet-{STAGE}-thumbnails"),
        ("web", "sqs:ReceiveMessage", f"arn:aws:sqs:{WHERE}:contactsheet-{STAGE}-thumbnails"),
        ("web", "s3:GetObject", "arn:aws:s3:::another-bucket/originals/x"),
    ],
)
def test_roles__are_refused(moto_aws: MotoAws, who: str, action: str, resource: str) -> None:
    assert not any(grant.covers(Need(action, resource)) for grant in grants(moto_aws, who))


@pytest.mark.parametrize(
    ("who", "action", "keys", "is_allowed"),
    [
        ("imports", "UpdateItem", {"import#1"}, True),
        ("imports", "UpdateItem", {"photo#1"}, False),
        ("imports", "UpdateItem", {"import#1", "photo#1"}, False),
        ("imports", "PutItem", {"import#1"}, False),
        ("worker", "PutItem", {"photo#1"}, True),
        ("worker", "PutItem", {"import#1"}, False),
        ("worker", "DeleteItem", {"import#1"}, False),
        ("worker", "Scan", set(), False),
        ("web", "GetItem", {"photo#1"}, True),
        ("web", "PutItem", {"photo#1"}, False),
        ("web", "Scan", set(), True),
        ("web", "DeleteItem", {"photo#1"}, False),
    ],
)
def test_roles__are_held_to_their_items(
    moto_aws: MotoAws, who: str, action: str, keys: set[str], is_allowed: Any
) -> None:
    need = Need(f"dynamodb:{action}", CATALOGUE, frozenset(keys))
    assert any(grant.covers(need) for grant in grants(moto_aws, who)) is is_allowed
