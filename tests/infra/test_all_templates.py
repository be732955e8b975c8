"""Rules for every bucket, queue, function, log group and role of all templates."""

from __future__ import annotations

from typing import Any

import pytest

from infra.provision import TEMPLATE_PATH
from tests.templates import as_list, load

NAMES = sorted(path.stem for path in TEMPLATE_PATH.parent.glob("*.yaml"))
REFUSES_PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}


def of_type(kind: str) -> list[Any]:
    """Return the resources of a type in all templates, as parameters of a test."""
    return [
        pytest.param(template, logical_id, id=f"{template}-{logical_id}")
        for template in NAMES
        for logical_id, found in load(template)["Resources"].items()
        if found["Type"] == kind
    ]


def resource(template: str, logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = load(template)["Resources"][logical_id]
    return found


def properties(template: str, logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = resource(template, logical_id)["Properties"]
    return found


def tls_statements(template: str, kind: str, members: str, logical_id: str) -> list[dict[str, Any]]:
    """Return the statements of any policy that deny access to a resource without TLS."""
    found = []
    for policy in load(template)["Resources"].values():
        if policy["Type"] != kind or {"Ref": logical_id} not in as_list(policy["Properties"][members]):
            continue
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            chosen = statement.get("Fn::If", ["TlsRequired", statement])
            if policy.get("Condition", chosen[0]) == chosen[0] == "TlsRequired":
                found.append(chosen[1])
    return [statement for statement in found if statement["Effect"] == "Deny"]


@pytest.mark.parametrize("name", [name for name in NAMES if "RequireTls" in load(name).get("Parameters", {})])
def test_templates__require_tls_by_default(name: str) -> None:
    assert load(name)["Parameters"]["RequireTls"]["Default"] == "true"
    assert load(name)["Conditions"]["TlsRequired"] == {"Fn::Equals": [{"Ref": "RequireTls"}, "true"]}


@pytest.mark.parametrize(("template", "bucket"), of_type("AWS::S3::Bucket"))
class TestBucket:
    def test_bucket__is_private(self, template: str, bucket: str) -> None:
        found = properties(template, bucket)
        assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(found["PublicAccessBlockConfiguration"]) == 4
        assert found["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]

    def test_resource__is_encrypted(self, template: str, bucket: str) -> None:
        (rule,) = properties(template, bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"

    def test_resource__refuses_plain_http(self, template: str, bucket: str) -> None:
        (denied,) = tls_statements(template, "AWS::S3::BucketPolicy", "Bucket", bucket)
        assert (denied["Principal"], denied["Action"]) == ("*", "s3:*")
        assert denied["Condition"] == REFUSES_PLAIN_HTTP
        assert denied["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


@pytest.mark.parametrize(("template", "queue"), of_type("AWS::SQS::Queue"))
class TestQueue:
    def test_resource__is_encrypted(self, template: str, queue: str) -> None:
        assert properties(template, queue)["SqsManagedSseEnabled"] is True

    def test_resource__refuses_plain_http(self, template: str, queue: str) -> None:
        (denied,) = tls_statements(template, "AWS::SQS::QueuePolicy", "Queues", queue)
        assert (denied["Principal"], denied["Action"]) == ("*", "sqs:*")
        assert denied["Condition"] == REFUSES_PLAIN_HTTP
        assert denied["Resource"] == {"Fn::GetAtt": [queue, "Arn"]}

    def test_queue__has_or_is_a_dead_letter_queue(self, template: str, queue: str) -> None:
        found = properties(template, queue)
        if "RedrivePolicy" in found:
            (dead, _) = found["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            assert found["RedrivePolicy"]["maxReceiveCount"] >= 3
            taken = properties(template, dead)
            (source,) = taken["RedriveAllowPolicy"]["sourceQueueArns"]
            assert source["Fn::Sub"].endswith(f":{found['QueueName']['Fn::Sub']}")
            assert taken["MessageRetentionPeriod"] > found["MessageRetentionPeriod"]
        else:
            # EventBridge fills the queue of lost starts itself.
            expected = "denyAll" if template == "schedules" else "byQueue"
            assert found["RedriveAllowPolicy"]["redrivePermission"] == expected


@pytest.mark.parametrize(("template", "mapping"), of_type("AWS::Lambda::EventSourceMapping"))
class TestMapping:
    def test_mapping__reports_failures_one_by_one(self, template: str, mapping: str) -> None:
        assert properties(template, mapping)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_queue__hides_messages_longer_than_the_function_runs(self, template: str, mapping: str) -> None:
        found = properties(template, mapping)
        queue = properties(template, found["EventSourceArn"]["Fn::GetAtt"][0])
        function = properties(template, found["FunctionName"]["Ref"])
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert "RedrivePolicy" in queue

    def test_mapping__alone_limits_concurrency(self, template: str, mapping: str) -> None:
        found = properties(template, mapping)
        assert found["ScalingConfig"]["MaximumConcurrency"]
        assert "ReservedConcurrentExecutions" not in properties(template, found["FunctionName"]["Ref"])


@pytest.mark.parametrize(("template", "function"), of_type("AWS::Lambda::Function"))
def test_function__runs_on_x86_and_logs_to_a_group_that_expires(template: str, function: str) -> None:
    found = properties(template, function)
    assert found["Architectures"] == [{"Ref": "WorkerArchitecture"}]
    assert load(template)["Parameters"]["WorkerArchitecture"]["Default"] == "x86_64"
    log_group = resource(template, found["LoggingConfig"]["LogGroup"]["Ref"])
    assert log_group["Type"] == "AWS::Logs::LogGroup"


@pytest.mark.parametrize(("template", "log_group"), of_type("AWS::Logs::LogGroup"))
def test_log__expires(template: str, log_group: str) -> None:
    assert properties(template, log_group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert load(template)["Parameters"]["LogRetentionDays"]["Default"] == 30


def test_topic__refuses_plain_http() -> None:
    (denied,) = tls_statements("template", "AWS::SNS::TopicPolicy", "Topics", "PhotoEventsTopic")
    assert (denied["Action"], denied["Condition"]) == ("sns:Publish", REFUSES_PLAIN_HTTP)


OF_FUNCTIONS = [found for found in of_type("AWS::IAM::Role") if found.values[0] != "deployer"]
"""The policies of the deployer are tested in ``test_deployer.py``."""


@pytest.mark.parametrize(("template", "role"), OF_FUNCTIONS)
class TestRole:
    def test_role__names_its_resources(self, template: str, role: str) -> None:
        (policy,) = properties(template, role)["Policies"]
        for entry in policy["PolicyDocument"]["Statement"]:
            statement = entry.get("Fn::If", [None, entry])[1]
            assert statement["Effect"] == "Allow"
            assert "*" not in as_list(statement["Resource"])
            assert not [action for action in as_list(statement["Action"]) if "*" in action]
            assert not {"NotAction", "NotResource"} & set(statement)

    def test_role__is_assumed_only_by_lambda_with_tls(self, template: str, role: str) -> None:
        for statement in properties(template, role)["AssumeRolePolicyDocument"]["Statement"]:
            condition, chosen, _ = statement.get("Fn::If", ["TlsRequired", statement, None])
            assert condition == "TlsRequired"
            assert chosen == {"Ref": "AWS::NoValue"} or chosen["Principal"] == {
                "Service": "lambda.amazonaws.com"
            }


def test_resources_with_data__are_retained() -> None:
    """Every resource has deletion policies; types that can be created again are listed here."""
    made_again = {
        *("AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::Lambda::LayerVersion"),
        *("AWS::RDS::DBInstance",),
    }
    for template in NAMES:
        for logical_id, found in load(template)["Resources"].items():
            policies = {found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")}
            if found["Type"] == "AWS::S3::Bucket" and logical_id != "StaticBucket":
                assert policies == {"Retain"}, logical_id
            elif found["Type"] == "AWS::RDS::DBCluster":
                assert policies == {"Snapshot"}, logical_id
            elif found["Type"] in made_again or logical_id == "StaticBucket":
                assert policies == {"Delete"}, logical_id
