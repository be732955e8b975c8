"""A deployer of the stage dev tries to become more than that; every way is refused by the policies as data.

The emulator weighs ``aws:CalledVia`` and boundaries otherwise, so ``tests/iam_policy.py`` evaluates them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.cloudformation import Template
from tests.iam_policy import Request, is_allowed
from tests.templates import as_list, load

ACCOUNT, REGION = "123456789012", "eu-central-1"
IAM, LAMBDA = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:lambda:{REGION}:{ACCOUNT}"
ROLE = f"{IAM}:role/contactsheet-dev-WebRole-1"
BOUNDARY = f"{IAM}:policy/deploys-contactsheet-dev-{REGION}-boundary"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
ORIGINALS = f"arn:aws:s3:::contactsheet-dev-originals-{ACCOUNT}-{REGION}"
PRODUCTION = f"arn:aws:s3:::contactsheet-production-originals-{ACCOUNT}-{REGION}"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!cluster-1"
OF_CLUSTER = {
    "aws:ResourceTag/aws:rds:primaryDBClusterArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:contactsheet-dev"
}
BY_STACK = {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
WITHIN = {"iam:PermissionsBoundary": BOUNDARY}
TO_LAMBDA = {"iam:PassedToService": "lambda.amazonaws.com"}
OURS, THEIRS = (
    {"aws:ResourceTag/contactsheet-stage": "dev"},
    {"aws:ResourceTag/contactsheet-stage": "production"},
)


@cache
def policies() -> dict[str, Any]:
    """Return the documents of ``infra/deployer.yaml`` for the stage dev."""
    template = Template(load("deployer"), "deployer", {"Stage": "dev"}, REGION, ACCOUNT)
    return {
        found.logical_id: found.properties["PolicyDocument"]
        for found in template.resources()
        if found.kind == "AWS::IAM::ManagedPolicy"
    }


def may(action: str, resource: str = "*", context: dict[str, Any] | None = None) -> bool:
    """Return whether the deployer may."""
    held = [document for name, document in policies().items() if name != "RoleBoundary"]
    return is_allowed(Request(action, resource, context or {}), held)


WAYS_UP = [
    # policy
    ("iam:PutRolePolicy", ROLE, {}),
    ("iam:PutRolePolicy", ROLE, {"iam:PermissionsBoundary": ADMINISTRATOR}),
    ("iam:PutUserPolicy", f"{IAM}:user/deployer", {}),
    ("iam:AttachUserPolicy", f"{IAM}:user/deployer", {"iam:PolicyARN": ADMINISTRATOR}),
    ("iam:AttachRolePolicy", ROLE, WITHIN | {"iam:PolicyARN": ADMINISTRATOR}),
    ("iam:CreatePolicyVersion", f"{IAM}:policy/deploys-contactsheet-dev-{REGION}-stacks", {}),
    ("iam:SetDefaultPolicyVersion", BOUNDARY, {}),
    # boundary
    ("iam:DeleteRolePermissionsBoundary", ROLE, {}),
    ("iam:DeleteRolePermissionsBoundary", ROLE, WITHIN | BY_STACK),
    ("iam:PutRolePermissionsBoundary", ROLE, {"iam:PermissionsBoundary": ADMINISTRATOR}),
    ("iam:CreatePolicyVersion", BOUNDARY, BY_STACK),
    ("iam:DeletePolicy", BOUNDARY, BY_STACK),
    # role
    ("iam:CreateRole", f"{IAM}:role/contactsheet-dev-evil", {}),
    ("iam:CreateRole", f"{IAM}:role/contactsheet-dev-evil", BY_STACK),
    ("iam:CreateRole", f"{IAM}:role/contactsheet-dev-evil", {"iam:PermissionsBoundary": ADMINISTRATOR}),
    ("iam:CreateRole", f"{IAM}:role/evil", WITHIN | BY_STACK),
    ("iam:PutRolePolicy", f"{IAM}:role/deploys-contactsheet-dev-{REGION}", WITHIN | BY_STACK),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/deploys-contactsheet-dev-{REGION}", BY_STACK),
    ("iam:UpdateAssumeRolePolicy", ROLE, {}),
    ("sts:AssumeRole", ROLE, {}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", ROLE, {}),
    ("iam:PassRole", f"{IAM}:role/admin", TO_LAMBDA),
    ("iam:CreateUser", f"{IAM}:user/contactsheet-dev-x", {}),
    ("iam:CreateAccessKey", f"{IAM}:user/deployer", {}),
    # photos
    ("s3:GetObject", f"{ORIGINALS}/originals/x", {}),
    ("s3:GetObject", f"{ORIGINALS}/originals/x", BY_STACK),
    ("s3:PutBucketPolicy", ORIGINALS, {}),
    ("s3:PutBucketPublicAccessBlock", ORIGINALS, {}),
    ("s3:PutReplicationConfiguration", ORIGINALS, BY_STACK),
    ("s3:PutBucketAcl", ORIGINALS, BY_STACK),
    ("s3:PutBucketNotification", ORIGINALS, {}),
    ("dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/contactsheet-dev-catalogue", {}),
    (
        "dynamodb:PutResourcePolicy",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/contactsheet-dev-catalogue",
        {},
    ),
    # function code
    ("lambda:UpdateFunctionCode", f"{LAMBDA}:function:contactsheet-web-production", {}),
    ("lambda:CreateFunction", f"{LAMBDA}:function:anything", {}),
    ("lambda:UpdateEventSourceMapping", f"{LAMBDA}:event-source-mapping:1", {}),
    # parameter
    ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/contactsheet/production/signing-key", {}),
    ("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/contactsheet/developer/secret-key", {}),
    # key group
    ("cloudfront:UpdateKeyGroup", f"arn:aws:cloudfront::{ACCOUNT}:key-group/1", {}),
    ("cloudfront:CreatePublicKey", "*", {}),
    ("cloudfront:GetDistributionConfig", DISTRIBUTION, THEIRS),
    ("cloudfront:UpdateDistribution", DISTRIBUTION, THEIRS | BY_STACK),
    ("cloudfront:UpdateDistribution", DISTRIBUTION, OURS),
    ("cloudfront:UntagResource", DISTRIBUTION, THEIRS | BY_STACK),
    # log
    (
        "logs:GetLogEvents",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/contactsheet-web-production",
        {},
    ),
    (
        "logs:DeleteLogGroup",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/contactsheet-web-dev2",
        {},
    ),
    (
        "logs:PutSubscriptionFilter",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/contactsheet-web-dev",
        {},
    ),
    # other stage
    ("s3:DeleteBucket", PRODUCTION, {}),
    ("s3:PutBucketPolicy", PRODUCTION, BY_STACK),
    (
        "cloudformation:UpdateStack",
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/contactsheet-production/1",
        {},
    ),
    ("cloudformation:CreateStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/mine/1", {}),
    ("apigateway:DELETE", f"arn:aws:apigateway:{REGION}::/apis/production", {}),
    ("events:DisableRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/contactsheet-production-sweep", {}),
    ("sns:Unsubscribe", f"arn:aws:sns:{REGION}:{ACCOUNT}:contactsheet-production-operator:1", {}),
    ("sqs:SetQueueAttributes", f"arn:aws:sqs:{REGION}:{ACCOUNT}:contactsheet-production-thumbnails", {}),
]


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    WAYS_UP,
    ids=[f"{number}-{way[0]}" for number, way in enumerate(WAYS_UP)],
)
def test_way_up__is_refused(action: str, resource: str, context: dict[str, Any]) -> None:
    assert not may(action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", f"{IAM}:role/contactsheet-dev-WebRole-1", WITHIN | BY_STACK),
        ("iam:PutRolePolicy", ROLE, WITHIN | BY_STACK),
        ("iam:AttachRolePolicy", ROLE, WITHIN | BY_STACK | {"iam:PolicyARN": VPC}),
        ("iam:PutRolePermissionsBoundary", ROLE, WITHIN | BY_STACK),
        ("iam:DeleteRole", ROLE, BY_STACK),
        ("iam:PassRole", ROLE, TO_LAMBDA),
        ("s3:PutBucketPolicy", ORIGINALS, BY_STACK),
        ("s3:CreateBucket", f"arn:aws:s3:::contactsheet-dev-artifacts-{ACCOUNT}-{REGION}", {}),
        ("s3:PutObject", f"arn:aws:s3:::contactsheet-dev-static-{ACCOUNT}-{REGION}/static/x.css", {}),
        ("lambda:UpdateFunctionCode", f"{LAMBDA}:function:contactsheet-web-dev", {}),
        ("lambda:InvokeFunction", f"{LAMBDA}:function:contactsheet-web-dev", {}),
        ("cloudfront:CreateDistribution", "*", BY_STACK),
        ("cloudfront:UpdateDistribution", DISTRIBUTION, OURS | BY_STACK),
        ("cloudfront:GetDistribution", DISTRIBUTION, OURS),
        ("apigateway:POST", f"arn:aws:apigateway:{REGION}::/apis", BY_STACK),
        ("events:PutRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/contactsheet-dev-sweep", BY_STACK),
        ("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/contactsheet/dev/choices", {}),
        (
            "logs:CreateLogGroup",
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/contactsheet-web-dev",
            {},
        ),
    ],
)
def test_deployment__is_allowed(action: str, resource: str, context: dict[str, Any]) -> None:
    """What refuses everything would refuse every way up too."""
    assert may(action, resource, context)


def roles() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return every action and resource that the template allows to a role, with both network choices."""
    given = {"Stage": "dev", "WebInNetwork": "true", "PicturesDistributionId": "E1", "RoleBoundary": BOUNDARY}
    given |= {"DatabasePasswordSecret": SECRET}
    template = Template(load("template"), "contactsheet-dev", given, REGION, ACCOUNT)
    return [
        (role.logical_id, action, resource, role.properties)
        for role in template.resources()
        if role.kind == "AWS::IAM::Role"
        for policy in role.properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def test_boundary__admits_what_the_roles_need() -> None:
    boundary = [policies()["RoleBoundary"]]
    found = roles()
    assert {role for role, *_ in found} == {"WorkerRole", "ImportsRole", "WebRole"}
    missing = [
        (role, action, resource)
        for role, action, resource, _ in found
        if not is_allowed(Request(action, resource.replace("*", "x"), OF_CLUSTER), boundary)
    ]
    assert missing == []
    assert {properties["PermissionsBoundary"] for *_, properties in found} == {BOUNDARY}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", "*"),
        ("sts:AssumeRole", f"{IAM}:role/admin"),
        ("s3:GetObject", f"{PRODUCTION}/originals/x"),
        ("s3:PutBucketPolicy", ORIGINALS),
        ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/contactsheet/dev/signing-key"),
        ("lambda:UpdateFunctionCode", f"{LAMBDA}:function:contactsheet-web-production"),
        ("secretsmanager:GetSecretValue", SECRET),
    ],
)
def test_boundary__stops_a_role_with_every_right(action: str, resource: str) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    request = Request(action, resource)
    assert is_allowed(request, [everything])
    assert not is_allowed(request, [everything], [policies()["RoleBoundary"]])


WHATEVER_ELSE = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        # What a bucket's policy, a role's trust or another policy of the same person may allow.
        ("s3:GetObject", f"{ORIGINALS}/originals/x", {}),
        ("s3:PutObject", f"{ORIGINALS}/nudges/x", BY_STACK),
        ("sts:AssumeRole", ROLE, {}),
        ("iam:DeleteRolePermissionsBoundary", ROLE, WITHIN | BY_STACK),
        ("iam:PutRolePermissionsBoundary", ROLE, {"iam:PermissionsBoundary": ADMINISTRATOR}),
        ("iam:CreateRole", f"{IAM}:role/evil", {}),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:PassRole", ROLE, {"iam:PassedToService": "events.amazonaws.com"}),
        ("cloudfront:GetDistributionConfig", DISTRIBUTION, THEIRS),
    ],
)
def test_deny__wins_over_whatever_else_is_given(action: str, resource: str, context: dict[str, Any]) -> None:
    held = [document for name, document in policies().items() if name != "RoleBoundary"]
    assert not is_allowed(Request(action, resource, context), [*held, WHATEVER_ELSE])


def test_renditions__are_read_by_one_distribution() -> None:
    """Another stage's deployer may make a distribution, but not this one."""
    for given, distribution in (({"PicturesDistributionId": "E1"}, DISTRIBUTION), ({}, "not known yet")):
        template = Template(load("template"), "contactsheet-dev", {"Stage": "dev", **given}, REGION, ACCOUNT)
        (policy,) = (found for found in template.resources() if found.logical_id == "RenditionsBucketPolicy")
        (reads, _) = policy.properties["PolicyDocument"]["Statement"]
        assert reads["Condition"] == {"StringEquals": {"AWS:SourceArn": distribution}}
