"""Each role may do what the journey does, and nothing that it never does."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gallery.imports.requests import request_again
from gallery.imports.stored_requests import forget_import
from gallery.operations import dead_letters, doctor, queues
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.storage import originals
from gallery.photos.sweep import sweep
from infra.template import load
from tests.journey.conftest import Journey, photograph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.aws import MotoAws

pytestmark = pytest.mark.django_db(transaction=True)

NEEDED_FOR = {
    "HeadObject": ("s3:GetObject", "Key"),
    "HeadBucket": ("s3:ListBucket", ""),
    "ListObjectsV2": ("s3:ListBucket", ""),
    "PutObject": ("s3:PutObject", "Key"),
    "GetObject": ("s3:GetObject", "Key"),
    "DeleteObject": ("s3:DeleteObject", "Key"),
}
EXPLAINED = {
    ("web", "logs:CreateLogStream"): "the Lambda runtime writes the log",
    ("web", "logs:PutLogEvents"): "the Lambda runtime writes the log",
    ("worker", "logs:CreateLogStream"): "the Lambda runtime writes the log",
    ("worker", "logs:PutLogEvents"): "the Lambda runtime writes the log",
    ("worker", "s3:ListBucket"): "without it S3 says forbidden for an original that is gone",
    ("worker", "sqs:ReceiveMessage"): "Lambda's mapping takes messages in the role's name",
    ("worker", "sqs:DeleteMessage"): "Lambda's mapping removes messages in the role's name",
    ("worker", "sqs:GetQueueAttributes"): "Lambda's mapping looks at the queue in the role's name",
    ("worker", "sqs:ChangeMessageVisibility"): "a transient failure is tried again sooner",
    ("worker", "dynamodb:GetItem"): "asked for photos received before",
}

Call = tuple[str, str, str]
"""Who, the action, and the resource's ARN as far as the policies tell it apart."""


class Recorder:
    """Notes every call of every client, by whom and on what."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()
        self.who = ""

    @contextmanager
    def role(self, who: str) -> Iterator[None]:
        before, self.who = self.who, who
        try:
            yield
        finally:
            self.who = before

    def note(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        if self.who:
            self.calls |= {(self.who, *needed) for needed in _needed(service, operation, parameters)}


def _needed(service: str, operation: str, parameters: dict[str, Any]) -> list[tuple[str, str]]:
    if service == "s3":
        arn = f"arn:aws:s3:::{parameters['Bucket']}"
        if operation == "DeleteObjects":
            return [("s3:DeleteObject", f"{arn}/{found['Key']}") for found in parameters["Delete"]["Objects"]]
        action, key = NEEDED_FOR[operation]
        return [(action, f"{arn}/{parameters[key]}" if key else arn)]
    if service == "dynamodb":
        return [(f"dynamodb:{operation}", "table")]
    if service == "sqs":
        return [(f"sqs:{operation}", str(parameters["QueueUrl"]).rsplit("/", 1)[-1])]
    return [(f"{service}:{operation}", "topic")]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    found = Recorder()
    real = BaseClient._make_api_call

    def noting(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        found.note(client.meta.service_model.service_name, operation, parameters)
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", noting)
    return found


def statements(role: str) -> list[dict[str, Any]]:
    (policy,) = load("template")["Resources"][role]["Properties"]["Policies"]
    return policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def pattern(resource: Any, aws: MotoAws) -> str:
    """Return what a statement's resource stands for, in the words of ``_needed``."""
    queue_names = {
        "ThumbnailsQueue": aws.outputs.thumbnails_queue_url,
        "ThumbnailsDeadLetterQueue": aws.outputs.thumbnails_dead_letter_queue_url,
        "ImportsQueue": aws.outputs.imports_queue_url,
        "ImportsDeadLetterQueue": aws.outputs.imports_dead_letter_queue_url,
    }
    buckets = {
        "OriginalsBucket": f"arn:aws:s3:::{aws.outputs.originals_bucket}",
        "RenditionsBucket": f"arn:aws:s3:::{aws.outputs.renditions_bucket}",
    }
    if "Ref" in resource:
        return "topic"
    if "Fn::GetAtt" in resource:
        name = resource["Fn::GetAtt"][0]
        if name in buckets:
            return buckets[name]
        return queue_names[name].rsplit("/", 1)[-1] if name in queue_names else "table"
    text = str(resource["Fn::Sub"])
    for name, arn in buckets.items():
        text = text.replace(f"${{{name}.Arn}}", arn)
    return text


def allowed(role: str, aws: MotoAws) -> list[tuple[str, str]]:
    return [
        (action, pattern(resource, aws))
        for statement in statements(role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def walk(journey: Journey, recorder: Recorder, aws: MotoAws, alice: User, charlie: User) -> None:
    """Do everything that a gallery does, each part in the name of its role."""
    browser = Client()
    browser.force_login(alice)
    dead = aws.outputs.thumbnails_dead_letter_queue_url
    with recorder.role("web"):
        offers = journey.offer(browser, photograph())
    # The browser's PUT is done in the name of the role that signed it.
    with recorder.role("web"):
        photo_id = journey.put(offers[0], photograph())
    with recorder.role("worker"):
        journey._batch({"Records": _records(aws)}, request_id="x", remaining_seconds=lambda: 60.0)
    with recorder.role("web"):
        browser.get("/photos/status/", {"ids": str(photo_id)})
        assert transitions.approved(photo_id, actor=charlie)
        Client().get("/")
        doctor.examine()
        queues.depth(dead)
        call_command("fsck")
        photo = Photo.objects.get(pk=photo_id)
        photo.origin_url = "https://example.com/a.jpg"
        request_again(photo)
        forget_import(photo_id)
    aws.client("sqs").send_message(
        QueueUrl=dead,
        MessageBody=f'{{"Records": [{{"s3": {{"object": {{"key": "originals/{uuid4()}"}}}}}}]}}',
    )
    aws.client("sqs").send_message(QueueUrl=dead, MessageBody="{}")
    with recorder.role("web"):
        dead_letters.lines(dead)
        dead_letters.redrive(dead)
        # What the owner's download address is signed for.
        originals().client.get_object(Bucket=aws.outputs.originals_bucket, Key=f"originals/{photo_id}")
        browser.post(f"/photos/{photo_id}/trash/")
        browser.post(f"/photos/{photo_id}/purge/")
    with recorder.role("worker"):
        journey._batch({"Records": _records(aws)}, request_id="x", remaining_seconds=lambda: 60.0)
    with recorder.role("web"):
        sweep(timezone.now() + timedelta(days=1))


def _records(aws: MotoAws) -> list[dict[str, Any]]:
    arn = "arn:aws:sqs:eu-central-1:123456789012:thumbnails"
    return [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
        }
        for message in aws.messages()
    ]


def test_roles__are_allowed_what_they_do_and_no_more(
    journey: Journey,
    recorder: Recorder,
    moto_aws: MotoAws,
    alice: User,
    charlie: User,
    settings: SettingsWrapper,
) -> None:
    settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL = moto_aws.outputs.thumbnails_dead_letter_queue_url
    queues._client.cache_clear()
    walk(journey, recorder, moto_aws, alice, charlie)
    for who, role in (("web", "WebRole"), ("worker", "WorkerRole")):
        policy = allowed(role, moto_aws)
        done = {(action, resource) for caller, action, resource in recorder.calls if caller == who}
        forbidden = {
            (action, resource)
            for action, resource in done
            if not any(action == may and fnmatchcase(resource, where) for may, where in policy)
        }
        assert forbidden == set(), f"{role} lacks rights"
        used = {action for action, _ in done}
        unused = {action for action, _ in policy} - used - {action for by, action in EXPLAINED if by == who}
        assert unused == set(), f"{role} is allowed what nobody needs"
