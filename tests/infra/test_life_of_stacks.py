"""The templates on the embedded AWS: created, left unchanged by a second run, and deleted.

The emulator lacks CloudFront's key groups, budgets and the secret of a database cluster, so ``database.yaml``
is not tested here. ``RequireTls`` is false because the emulator's S3 sends to queues over plain HTTP.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from infra import stacks
from infra.provision import Parameters, provision, stack_request, upload_worker
from infra.worker_zip import build
from tests.infra.stack_requests import PARAMETERS, request_of
from tests.stage import SITE_ORIGIN
from tests.templates import load, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.aws import EnforcedAws

pytestmark = pytest.mark.embedded

STAGE = "life"
UNKNOWN_THERE = {"Signed", "HasOperator", "HasBudget", "MakesProvider"}
"""Conditions that are false here."""


def known(name: str, part: str) -> set[str]:
    found: dict[str, Any] = load(name)[part]
    return {title for title, one in found.items() if one.get("Condition") not in UNKNOWN_THERE}


def buckets(aws: EnforcedAws) -> set[str]:
    found = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    return {name for name in found if f"-{STAGE}-" in name}


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_stack__is_created_unchanged_and_deleted(embedded_aws: EnforcedAws, name: str) -> None:
    cloudformation = embedded_aws.client("cloudformation")
    made = stacks.apply(cloudformation, request_of(name, STAGE))
    assert made.changed
    assert set(made.outputs) == known(name, "Outputs")
    resources = cloudformation.describe_stack_resources(StackName=f"contactsheet-{STAGE}-{name}")
    assert {one["LogicalResourceId"] for one in resources["StackResources"]} == known(name, "Resources")
    again = stacks.apply(cloudformation, request_of(name, STAGE))
    assert not again.changed
    assert again.outputs == made.outputs
    assert stacks.delete(cloudformation, f"contactsheet-{STAGE}-{name}")
    assert stacks.describe(cloudformation, f"contactsheet-{STAGE}-{name}") is None
    assert buckets(embedded_aws) == set()


class TestMainStack:
    @pytest.fixture
    def parameters(self, embedded_aws: EnforcedAws) -> Iterator[Parameters]:
        yield Parameters(STAGE, SITE_ORIGIN, build(), require_tls=False)
        s3 = embedded_aws.client("s3")
        for bucket in buckets(embedded_aws):
            for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=found["Key"])
            s3.delete_bucket(Bucket=bucket)

    def test_main_stack__is_created_unchanged_and_deleted_without_photos(
        self, embedded_aws: EnforcedAws, parameters: Parameters
    ) -> None:
        made = provision(embedded_aws, parameters)
        assert made.changed
        assert not provision(embedded_aws, parameters).changed
        self.assert_dead_letters_come_from_their_queue(embedded_aws)
        embedded_aws.client("s3").put_object(Bucket=made.outputs.originals_bucket, Key="kept", Body=b"x")
        assert stacks.delete(embedded_aws.client("cloudformation"), parameters.stack_name)
        kept = {name.split("-")[2] for name in buckets(embedded_aws)}
        assert kept == {"originals", "renditions", "artifacts"}
        found = embedded_aws.client("s3").get_object(Bucket=made.outputs.originals_bucket, Key="kept")
        assert found["Body"].read() == b"x"
        assert (
            embedded_aws.client("sqs")
            .list_queues(QueueNamePrefix=f"contactsheet-{STAGE}")
            .get("QueueUrls", [])
            == []
        )

    def test_main_stack__loses_an_index_of_an_older_release_and_no_item(
        self, embedded_aws: EnforcedAws, parameters: Parameters
    ) -> None:
        cloudformation, dynamodb = embedded_aws.client("cloudformation"), embedded_aws.client("dynamodb")
        bucket, key = upload_worker(embedded_aws, parameters.stage, parameters.worker_zip)
        older = copy.deepcopy(template())
        catalogue = older["Resources"]["Catalogue"]["Properties"]
        catalogue["AttributeDefinitions"] += [
            {"AttributeName": name, "AttributeType": "S"} for name in ("attention", "uploaded_at")
        ]
        catalogue["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "attention",
                "KeySchema": [
                    {"AttributeName": "attention", "KeyType": "HASH"},
                    {"AttributeName": "uploaded_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["owner", "reason"]},
            }
        ]
        request = stack_request(parameters, bucket, key) | {"TemplateBody": json.dumps(older)}
        table = stacks.apply(cloudformation, request).outputs["CatalogueTable"]
        item = {name: {"S": "x"} for name in ("pk", "attention", "uploaded_at")}
        dynamodb.put_item(TableName=table, Item=item)
        assert len(dynamodb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]) == 1
        assert provision(embedded_aws, parameters).changed
        assert not dynamodb.describe_table(TableName=table)["Table"].get("GlobalSecondaryIndexes")
        assert dynamodb.get_item(TableName=table, Key={"pk": {"S": "x"}})["Item"] == item
        assert stacks.delete(cloudformation, parameters.stack_name)

    def assert_dead_letters_come_from_their_queue(self, aws: EnforcedAws) -> None:
        sqs = aws.client("sqs")
        for name in ("thumbnails", "imports"):
            url = sqs.get_queue_url(QueueName=f"contactsheet-{STAGE}-{name}-dead")["QueueUrl"]
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])
            policy = json.loads(found["Attributes"]["RedriveAllowPolicy"])
            (source,) = policy["sourceQueueArns"]
            assert source.endswith(f":contactsheet-{STAGE}-{name}")
