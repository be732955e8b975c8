"""Permissions of the workers' roles on the embedded AWS, tried by a function that has the role.

The emulator ignores ``dynamodb:LeadingKeys``; ``tests/journey/test_least_privilege.py`` tests that each role
is limited to its own items.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded

REFUSED = {400, 403}
"""DynamoDB refuses with 400 and S3 with 403."""
PROBE = """
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

def handler(event, _context):
    client = boto3.client(event["service"], config=Config(s3={"addressing_style": "path"}))
    try:
        getattr(client, event["call"])(**event["arguments"])
    except ClientError as refused:
        return refused.response["ResponseMetadata"]["HTTPStatusCode"]
    return 200
"""


def zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("probe.py", code)
    return buffer.getvalue()


class Probe:
    """A function that makes single calls with another function's role."""

    def __init__(self, aws: EnforcedAws, like: str) -> None:
        self.aws, self.name = aws, f"probe-{uuid4()}"
        functions = aws.client("lambda")
        functions.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Handler="probe.handler",
            Role=functions.get_function_configuration(FunctionName=like)["Role"],
            Code={"ZipFile": zipped(PROBE)},
            Timeout=30,
        )

    def status(self, service: str, call: str, **arguments: Any) -> int:
        """Return the HTTP status of the call."""
        event = {"service": service, "call": call, "arguments": arguments}
        answer = self.aws.client("lambda").invoke(FunctionName=self.name, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        assert isinstance(said, int), said
        return said


@pytest.fixture(scope="module")
def imports(embedded_aws: EnforcedAws) -> Iterator[Probe]:
    probe = Probe(embedded_aws, embedded_aws.outputs.imports_function_name)
    yield probe
    embedded_aws.client("lambda").delete_function(FunctionName=probe.name)


@pytest.fixture(scope="module")
def worker(embedded_aws: EnforcedAws) -> Iterator[Probe]:
    probe = Probe(embedded_aws, embedded_aws.outputs.worker_function_name)
    yield probe
    embedded_aws.client("lambda").delete_function(FunctionName=probe.name)


@pytest.fixture
def original(embedded_aws: EnforcedAws) -> dict[str, str]:
    """Store an object in the bucket of originals under a key that names no photo."""
    found = {"Bucket": embedded_aws.outputs.originals_bucket, "Key": f"imports/{uuid4()}/not-an-id"}
    embedded_aws.client("s3").put_object(**found, Body=b"{}")
    return found


def item(aws: EnforcedAws, key: str) -> dict[str, Any]:
    return {"TableName": aws.outputs.catalogue_table, "Key": {"pk": {"S": key}}}


class TestImports:
    def test_import_role__counts_its_own_attempts(self, embedded_aws: EnforcedAws, imports: Probe) -> None:
        own = item(embedded_aws, keys.import_item_key(uuid4()))
        assert imports.status("dynamodb", "update_item", **own) == 200

    def test_import_role__cannot_read_put_or_delete_items(
        self, embedded_aws: EnforcedAws, imports: Probe
    ) -> None:
        of_a_photo = item(embedded_aws, keys.photo_item_key(uuid4()))
        put = {"TableName": of_a_photo["TableName"], "Item": of_a_photo["Key"]}
        assert imports.status("dynamodb", "put_item", **put) in REFUSED
        assert imports.status("dynamodb", "get_item", **of_a_photo) in REFUSED
        assert imports.status("dynamodb", "delete_item", **of_a_photo) in REFUSED
        assert imports.status("dynamodb", "scan", TableName=of_a_photo["TableName"]) in REFUSED

    def test_import_role__cannot_read_originals(self, embedded_aws: EnforcedAws, imports: Probe) -> None:
        where = {"Bucket": embedded_aws.outputs.originals_bucket, "Key": keys.original_key(uuid4())}
        embedded_aws.client("s3").put_object(**where, Body=b"x")
        assert imports.status("s3", "get_object", **where) == 403
        assert imports.status("s3", "head_object", **where) == 403
        assert imports.status("s3", "delete_object", **where) == 403
        embedded_aws.client("s3").delete_object(**where)

    def test_import_role__reads_requests(self, imports: Probe, original: dict[str, str]) -> None:
        assert imports.status("s3", "get_object", **original) == 200

    def test_import_role__puts_only_originals(self, embedded_aws: EnforcedAws, imports: Probe) -> None:
        for bucket, key in (
            (embedded_aws.outputs.originals_bucket, keys.nudge_key(uuid4())),
            (embedded_aws.outputs.originals_bucket, keys.import_key(uuid4())),
            (embedded_aws.outputs.renditions_bucket, "320/x.webp"),
        ):
            assert imports.status("s3", "put_object", Bucket=bucket, Key=key) == 403


class TestWorker:
    def test_worker_role__writes_items_of_photos(self, embedded_aws: EnforcedAws, worker: Probe) -> None:
        own = item(embedded_aws, keys.photo_item_key(uuid4()))
        assert worker.status("dynamodb", "delete_item", **own) == 200

    def test_worker_role__reads_one_item_at_a_time(self, embedded_aws: EnforcedAws, worker: Probe) -> None:
        table = embedded_aws.outputs.catalogue_table
        assert worker.status("dynamodb", "scan", TableName=table) in REFUSED

    def test_worker_role__cannot_update_items(self, embedded_aws: EnforcedAws, worker: Probe) -> None:
        own = item(embedded_aws, keys.photo_item_key(uuid4()))
        assert worker.status("dynamodb", "update_item", **own) in REFUSED

    def test_worker_role__cannot_read_import_requests(self, worker: Probe, original: dict[str, str]) -> None:
        assert worker.status("s3", "get_object", **original) == 403

    def test_worker_role__cannot_put_originals(self, embedded_aws: EnforcedAws, worker: Probe) -> None:
        where = {"Bucket": embedded_aws.outputs.originals_bucket, "Key": keys.original_key(uuid4())}
        assert worker.status("s3", "put_object", **where) == 403
        assert worker.status("s3", "delete_object", **where) == 403
