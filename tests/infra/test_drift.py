"""What someone changed by hand is shown and put back: a role, an alarm, a function."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.deploy.drift import Drift
from infra.deploy.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-central-1"
STACK = "contactsheet-dev"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
ROLE, ALARM, FUNCTION = "contactsheet-dev-role", "contactsheet-dev-alarm", "contactsheet-dev-thumbworker"


class Cloudformation:
    """One stack of a role, an alarm and a function; moto's has no alarms."""

    updated = "today"

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName != STACK:
            raise ClientError({"Error": {"Message": f"{StackName} does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "LastUpdatedTime": self.updated}]}

    def get_paginator(self, _name: str) -> Cloudformation:
        return self

    def paginate(self, **_stack: str) -> list[dict[str, Any]]:
        kinds = {
            "AWS::IAM::Role": ROLE,
            "AWS::CloudWatch::Alarm": ALARM,
            "AWS::Lambda::Function": FUNCTION,
            "AWS::SQS::Queue": "queue",
        }
        found = [{"ResourceType": kind, "PhysicalResourceId": name} for kind, name in kinds.items()]
        return [{"StackResourceSummaries": found}]


class Moto:
    """Clients of one region."""

    def __init__(self) -> None:
        self.cloudformation = Cloudformation()

    def client(self, service: str) -> Any:
        return (
            self.cloudformation if service == "cloudformation" else boto3.client(service, region_name=REGION)
        )


@pytest.fixture
def drift() -> Iterator[Drift]:
    with mock_aws():
        aws = Moto()
        found = Drift(aws, Options.read("dev", {"AWS_REGION": REGION}))
        where = {"LocationConstraint": REGION}
        aws.client("s3").create_bucket(Bucket=found._bucket, CreateBucketConfiguration=where)
        iam = aws.client("iam")
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        iam.put_role_policy(RoleName=ROLE, PolicyName="worker", PolicyDocument=json.dumps(MAY))
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName=ALARM,
            Namespace="Contactsheet",
            MetricName="SweepRuns",
            Dimensions=[{"Name": "Stage", "Value": "dev"}],
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
        )
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as opened:
            opened.writestr("code.py", "")
        aws.client("lambda").create_function(
            FunctionName=FUNCTION,
            Role=role["Arn"],
            Handler="code.handler",
            Runtime="python3.13",
            Timeout=120,
            MemorySize=2048,
            Environment={"Variables": {"RENDITIONS_BUCKET": "renditions"}},
            Code={"ZipFile": code.getvalue()},
        )
        found.remember(STACK)
        yield found


def put_back(drift: Drift) -> list[str]:
    said: list[str] = []
    drift.put_back(said.append)
    return [line.strip() for line in said[1:]]


def function(drift: Drift, name: str = FUNCTION, **changed: Any) -> None:
    drift.clients.client("lambda").update_function_configuration(FunctionName=name, **changed)


HANDS = {
    "policy-emptied": (
        lambda aws: aws.client("iam").put_role_policy(
            RoleName=ROLE, PolicyName="worker", PolicyDocument=json.dumps(MAY).replace("Allow", "Deny")
        ),
        "role contactsheet-dev-role: policies.worker.Statement",
    ),
    "policy-deleted": (
        lambda aws: aws.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="worker"),
        "role contactsheet-dev-role: policies.worker: none",
    ),
    "policy-added": (
        lambda aws: aws.client("iam").put_role_policy(
            RoleName=ROLE, PolicyName="more", PolicyDocument=json.dumps(MAY)
        ),
        "role contactsheet-dev-role: policies.more",
    ),
    "trust": (
        lambda aws: aws.client("iam").update_assume_role_policy(
            RoleName=ROLE, PolicyDocument=json.dumps(TRUST).replace("Allow", "Deny")
        ),
        "role contactsheet-dev-role: trust.Statement",
    ),
    "alarm-deleted": (
        lambda aws: aws.client("cloudwatch").delete_alarms(AlarmNames=[ALARM]),
        "alarm contactsheet-dev-alarm: gone",
    ),
    "alarm-silenced": (
        lambda aws: aws.client("cloudwatch").disable_alarm_actions(AlarmNames=[ALARM]),
        "alarm contactsheet-dev-alarm: ActionsEnabled: false, was true",
    ),
    "variable": (
        lambda aws: aws.client("lambda").update_function_configuration(
            FunctionName=FUNCTION,
            Environment={"Variables": {"RENDITIONS_BUCKET": "elsewhere"}},
        ),
        'function contactsheet-dev-thumbworker: variables.RENDITIONS_BUCKET: "elsewhere", was "renditions"',
    ),
    "memory": (
        lambda aws: aws.client("lambda").update_function_configuration(FunctionName=FUNCTION, MemorySize=512),
        "function contactsheet-dev-thumbworker: MemorySize: 512, was 2048",
    ),
}


@pytest.mark.parametrize("hand", list(HANDS))
def test_change_by_hand__is_shown_and_put_back(drift: Drift, hand: str) -> None:
    change, line = HANDS[hand]
    assert drift.find() == []
    change(drift.clients)
    (said,) = put_back(drift)
    assert said.startswith(line)
    assert drift.find() == []
    assert put_back(drift) == []


def test_changes__are_all_shown_before_any_is_put_back(drift: Drift) -> None:
    for hand in ("policy-emptied", "alarm-deleted", "memory"):
        HANDS[hand][0](drift.clients)
    said: list[tuple[str, int]] = []
    drift.put_back(lambda line: said.append((line, len(drift.find()))))
    assert [left for _, left in said] == [3] * 4
    assert drift.find() == []


def test_role__that_is_gone_is_named(drift: Drift) -> None:
    iam = drift.clients.client("iam")
    iam.delete_role_policy(RoleName=ROLE, PolicyName="worker")
    iam.delete_role(RoleName=ROLE)
    lines = put_back(drift)
    assert lines[0] == "role contactsheet-dev-role: gone"
    assert "see the runbook" in lines[1]


def test_stack__changed_by_something_else_is_not_compared(drift: Drift) -> None:
    HANDS["memory"][0](drift.clients)
    drift.clients.client("cloudformation").updated = "tomorrow"
    assert put_back(drift) == []
    drift.remember(STACK)
    HANDS["alarm-silenced"][0](drift.clients)
    assert len(put_back(drift)) == 1


def test_web_variables__are_named_but_not_kept(drift: Drift) -> None:
    name = FUNCTION
    function(drift, Environment={"Variables": {"SECRET_KEY": "hush", "STAGE": "dev", "SIGN_UP": "closed"}})
    drift.remember_variables(name)
    assert drift.changed_variables(name) == []
    function(drift, Environment={"Variables": {"SECRET_KEY": "other", "STAGE": "dev", "MORE": "x"}})
    assert drift.changed_variables(name) == ["MORE", "SECRET_KEY", "SIGN_UP"]
    assert "hush" not in json.dumps(drift._written(name))
    assert drift.changed_variables("nothing") == []
