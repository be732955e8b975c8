"""What a deployment asks of AWS: calls over HTTP, and the calls that CloudFormation makes for a template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.cloudformation import Template

SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
BY_PATH = ("lambda", "scheduler")
"""Services whose calls are told apart by method and path. S3's are read here, the others' are not needed."""
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Call:
    """One call: by the deployment itself, or by CloudFormation for one resource of a template."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = "eu-central-1"
    access_key: str = ""
    body: bytes = field(default=b"", repr=False)
    stack: str = ""
    logical_id: str = ""
    arn: str = ""
    roles: Mapping[str, Any] = field(default_factory=dict)
    """Trust policies of the roles that the same template makes, by ARN."""

    @property
    def name(self) -> str:
        """Return service and operation."""
        return f"{self.service}.{self.operation}"


def read(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | None:
    """Return the call of a signed request, or ``None`` for what is not one or has no rule."""
    scope = SCOPE.search(headers.get("Authorization", ""))
    if not scope:
        return None
    access_key, region, service = scope.groups()
    found = _operation(service, method, path, headers, body)
    if found is None:
        return None
    return Call(service, found[0], found[1], region, access_key, body)


def _operation(
    service: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]] | None:
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2], _json(body)
    if "x-www-form-urlencoded" in headers.get("Content-Type", ""):
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return fields.pop("Action", ""), unflatten(fields)
    parts = urlsplit(path)
    if service == "s3" and method == "PUT" and not parts.query and parts.path.strip("/").count("/") == 0:
        return "CreateBucket", {"Bucket": unquote(parts.path.strip("/"))}
    if service in BY_PATH:
        for name, wanted, pattern in _routes(service):
            if wanted == method and (found := pattern.fullmatch(parts.path)):
                return name, _json(body) | {key: unquote(value) for key, value in found.groupdict().items()}
    return None


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str]]]:
    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = re.sub(r"\\\{(\w+)\\?\+?\\\}", r"(?P<\1>.+)", re.escape(http["requestUri"].split("?")[0]))
        found.append((name, http["method"], re.compile(path + "/?")))
    return found


def unflatten(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the structure of a query: ``A.member.1.B`` becomes a list of mappings in ``A``."""
    found: dict[str, Any] = {}
    for key, value in fields.items():
        parts = [part for part in key.split(".") if part not in {"member", "entry"}]
        place = found
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    listed = _lists(found)
    return listed if isinstance(listed, dict) else {}


def _lists(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    values = {key: _lists(value) for key, value in found.items()}
    if values and all(NUMBER.fullmatch(key) for key in values):
        return [values[key] for key in sorted(values, key=int)]
    return values


CLOUDFRONT = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig",
    "AWS::CloudFront::OriginRequestPolicy": "OriginRequestPolicyConfig",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig",
    "AWS::CloudFront::KeyGroup": "KeyGroupConfig",
    "AWS::CloudFront::PublicKey": "PublicKeyConfig",
}
"""Kinds with a name, and the property that holds it."""
MADE_BY = {
    "AWS::Events::Rule": "events.PutRule",
    "AWS::Scheduler::Schedule": "scheduler.CreateSchedule",
    "AWS::Lambda::Function": "lambda.CreateFunction",
    "AWS::Lambda::EventSourceMapping": "lambda.CreateEventSourceMapping",
    "AWS::IAM::Role": "iam.CreateRole",
    "AWS::IAM::ManagedPolicy": "iam.CreatePolicy",
    "AWS::S3::Bucket": "s3.CreateBucket",
    "AWS::SSM::Parameter": "ssm.PutParameter",
    "AWS::Logs::LogGroup": "logs.CreateLogGroup",
    "AWS::SQS::Queue": "sqs.CreateQueue",
    "AWS::SNS::Topic": "sns.CreateTopic",
    "AWS::CloudWatch::Alarm": "monitoring.PutMetricAlarm",
    "AWS::CloudWatch::Dashboard": "monitoring.PutDashboard",
    "AWS::WAFv2::WebACL": "wafv2.CreateWebACL",
    "AWS::Budgets::Budget": "budgets.CreateBudget",
    **{kind: f"cloudfront.Create{kind.rpartition(':')[2]}" for kind in CLOUDFRONT},
}
"""The call by which CloudFormation makes each type of resource."""
RENAMED = {
    "BucketName": "Bucket",
    "LogGroupName": "logGroupName",
    "ManagedPolicyName": "PolicyName",
}


def of_template(template: Template, call: Call) -> Iterator[Call]:
    """Yield the calls that CloudFormation makes for the resources of a template."""
    resources = template.resources()
    roles = {
        resource.arn: resource.properties["AssumeRolePolicyDocument"]
        for resource in resources
        if resource.kind == "AWS::IAM::Role"
    }
    for resource in resources:
        if resource.kind not in MADE_BY:
            continue
        service, operation = MADE_BY[resource.kind].split(".")
        properties = dict(resource.properties)
        if resource.kind in CLOUDFRONT:
            properties = properties[CLOUDFRONT[resource.kind]]
        elif resource.kind == "AWS::Budgets::Budget":
            properties = properties["Budget"]
        yield replace(
            call,
            service=service,
            operation=operation,
            parameters={RENAMED.get(key, key): value for key, value in properties.items()},
            body=b"",
            stack=template.stack,
            logical_id=resource.logical_id,
            arn=resource.arn,
            roles=roles,
        )
