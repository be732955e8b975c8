"""The deployer's role has the permissions that CloudFormation's schemas list, and cannot read photos."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.templates import as_list, load

DEPLOYED = ("template", "site", "schedules", "watch", "firewall")
POLICIES = ("StacksPolicy", "RolesPolicy", "WebPolicy")
MAXIMUM_POLICY_CHARACTERS = 6144
"""IAM's limit for a managed policy, without white space."""
NOT_ASKED_FOR = (
    # For optional properties that our resources don't set.
    *("kms:*", "kinesis:*", "firehose:*", "s3tables:*", "s3files:*", "elasticfilesystem:*"),
    *("billing:*", "payments:*", "iam:CreateServiceLinkedRole", "lambda:PassCapacityProvider"),
    # For log deliveries other than Lambda's.
    *("logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DeleteResourcePolicy"),
    *("logs:CreateLogDelivery", "s3:REST.PUT.OBJECT"),
    # For global tables, imports and streams; and for the items of a table.
    *("dynamodb:*Replica", "dynamodb:*Import*", "dynamodb:*ableKinesis*", "dynamodb:UpdateKinesis*"),
    *(
        "dynamodb:*Item",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:*utResourcePolicy",
        "dynamodb:UpdateContributor*",
    ),
    "dynamodb:DeleteResourcePolicy",
    # Ways for photos to leave a bucket, and other properties that our buckets don't set.
    *(
        "s3:*Replication*",
        "s3:*Website",
        "s3:*BucketAcl",
        "s3:*ObjectAcl",
        "s3:PutBucketLogging",
        "s3:DeleteObject",
    ),
    *("s3:*Analytics*", "s3:*Inventory*", "s3:*Metrics*", "s3:*Metadata*", "s3:*Accelerate*", "s3:*Tiering*"),
    *(
        "s3:*Abac",
        "s3:*ObjectLock*",
        "s3:PutBucketVersioning",
        "s3:DeleteBucketCors",
        "s3:DeleteBucketEncryption",
    ),
    *("s3:DeleteBucketLifecycle", "s3:GetObjectVersion"),
    # A role keeps its boundary.
    "iam:DeleteRolePermissionsBoundary",
    # For log groups with other properties, and distributions of many tenants.
    *(
        "logs:*KmsKey",
        "logs:PutDataProtectionPolicy",
        "logs:DeleteDataProtectionPolicy",
        "logs:P*IndexPolicy",
    ),
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("logs:DeleteIndexPolicy", "logs:PutBearer*", "logs:PutLogGroupDeletionProtection", "firehose:*"),
)
SCHEMAS = Path(find_spec("cfnlint").origin).parent / "data" / "schemas" / "resources"


@cache
def permissions_by_type() -> dict[str, set[str]]:
    """Return the permissions that CloudFormation's schemas require of the caller, by resource type."""
    found: dict[str, set[str]] = {}
    for path in SCHEMAS.glob("*.json"):
        schema = json.loads(path.read_text())
        handlers = schema.get("handlers", {})
        for name in ("create", "read", "update", "delete"):
            asked = handlers.get(name, {}).get("permissions", ())
            found.setdefault(schema.get("typeName", ""), set()).update(asked)
    return found


def statements() -> list[dict[str, Any]]:
    resources = load("deployer")["Resources"]
    return [
        statement
        for name in POLICIES
        for statement in resources[name]["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]


def allows(action: str, resource: str = "") -> bool:
    """Return whether a statement names the action, and the resource if one is given."""
    return any(
        any(fnmatchcase(action.lower(), pattern.lower()) for pattern in as_list(statement["Action"]))
        and (not resource or any(matches(resource, where) for where in as_list(statement["Resource"])))
        for statement in statements()
    )


def matches(resource: str, where: Any) -> bool:
    pattern = where if isinstance(where, str) else where["Fn::Sub"]
    for name, value in (
        ("${AWS::Partition}", "aws"),
        ("${AWS::Region}", "eu-central-1"),
        ("${AWS::AccountId}", "123456789012"),
        ("${Stage}", "dev"),
    ):
        pattern = pattern.replace(name, value)
    return fnmatchcase(resource, pattern)


KINDS = sorted({found["Type"] for name in DEPLOYED for found in load(name)["Resources"].values()})


@pytest.mark.parametrize("kind", KINDS)
def test_policy__allows_what_cloudformation_needs(kind: str) -> None:
    needed = permissions_by_type()[kind]
    assert needed, "cfn-lint knows no such type"
    wanted = {
        action for action in needed if not any(fnmatchcase(action, pattern) for pattern in NOT_ASKED_FOR)
    }
    assert {action for action in wanted if not allows(action)} == set()


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
@pytest.mark.parametrize("bucket", ["originals", "renditions"])
def test_policy__allows_no_access_to_photos(action: str, bucket: str) -> None:
    arn = f"arn:aws:s3:::contactsheet-dev-{bucket}-123456789012-eu-central-1"
    assert not allows(action, f"{arn}/originals/x")
    assert not allows(action, f"{arn}/320/x.webp")
    assert allows("s3:PutBucketNotification", arn)
    assert allows(action, "arn:aws:s3:::contactsheet-dev-static-123456789012-eu-central-1/static/x.css")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:DeleteBucket", "arn:aws:s3:::contactsheet-production-originals-123456789012-eu-central-1"),
        ("sqs:DeleteQueue", "arn:aws:sqs:eu-central-1:123456789012:contactsheet-production-thumbnails"),
        ("lambda:DeleteFunction", "arn:aws:lambda:eu-central-1:123456789012:function:contactsheet-web-other"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/deploys-contactsheet-dev"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/another"),
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/x"),
        ("ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/contactsheet/production/x"),
        ("dynamodb:Scan", "arn:aws:dynamodb:eu-central-1:123456789012:table/contactsheet-dev-catalogue"),
    ],
)
def test_policy__excludes_other_stages_and_itself(action: str, resource: str) -> None:
    assert not allows(action, resource)


@pytest.mark.parametrize("name", POLICIES)
def test_policy__fits_the_size_limit(name: str) -> None:
    document = load("deployer")["Resources"][name]["Properties"]["PolicyDocument"]
    assert len(json.dumps(document, separators=(",", ":"))) <= MAXIMUM_POLICY_CHARACTERS


def test_role__trusts_one_environment_of_one_repository() -> None:
    role = load("deployer")["Resources"]["DeployRole"]
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert role["Condition"] == "HasRepository"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {
                "Fn::Sub": "repo:${Repository}:environment:${Environment}"
            },
        }
    }
