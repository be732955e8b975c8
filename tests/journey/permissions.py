"""What AWS asks of a caller's policies, call by call: a small IAM over what the template made."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

READS = {"GetObject", "HeadObject"}
S3_ACTIONS = {
    "HeadObject": "s3:GetObject",
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
}
"""Operations of S3 whose right has another name, by AWS's "Service Authorization Reference"."""
BESIDES = {"Tagging": "s3:PutObjectTagging", "ACL": "s3:PutObjectAcl", "IfMatch": "s3:GetObject"}
"""Parameters of a PUT that ask for one right more. ``IfNoneMatch`` asks for none."""


@dataclass(frozen=True, slots=True)
class Need:
    """One right that one call needs: the action on the resource, and the keys of DynamoDB's items."""

    action: str
    resource: str
    leading_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """One action on one pattern of resources, on items with keys of these patterns; none is any."""

    action: str
    resource: str
    leading_keys: tuple[str, ...] = ()

    def covers(self, need: Need) -> bool:
        """Return whether IAM would allow it by this statement.

        ``ForAllValues`` holds for a request without keys as well, which so would be allowed.
        """
        if self.action != need.action or not fnmatchcase(need.resource, self.resource):
            return False
        return not self.leading_keys or all(
            any(fnmatchcase(key, pattern) for pattern in self.leading_keys) for key in need.leading_keys
        )


def grants_of(iam: Any, role_name: str) -> list[Grant]:
    """Return what a role's own policies allow, with the names that CloudFormation put in.

    Raises:
        AssertionError: a policy says something that is not weighed here.
    """
    assert iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"] == []
    found = []
    for name in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        text = iam.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"]
        # moto gives what CloudFormation handed it as Python writes it.
        document = text if isinstance(text, dict) else ast.literal_eval(text)
        # moto leaves None where CloudFormation leaves nothing.
        for statement in filter(None, document["Statement"]):
            assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
            assert statement["Effect"] == "Allow"
            leading_keys = _leading_keys(statement.get("Condition", {}))
            found += [
                Grant(action, resource, leading_keys)
                for action in _as_list(statement["Action"])
                for resource in _as_list(statement["Resource"])
            ]
    return found


def _leading_keys(condition: dict[str, Any]) -> tuple[str, ...]:
    if not condition:
        return ()
    (operator, tested), *others = condition.items()
    assert (operator, set(tested), others) == ("ForAllValues:StringLike", {"dynamodb:LeadingKeys"}, [])
    return tuple(_as_list(tested["dynamodb:LeadingKeys"]))


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def needs_of(service: str, operation: str, parameters: dict[str, Any], where: str) -> list[Need]:
    """Return what a call needs; ``where`` is region and account as they stand in an ARN."""
    if service == "s3":
        return _needs_of_s3(operation, parameters)
    if service == "dynamodb":
        tables = parameters.get("RequestItems") or {parameters["TableName"]: parameters}
        return [
            Need(f"dynamodb:{operation}", f"arn:aws:dynamodb:{where}:table/{table}", _keys_in(asked))
            for table, asked in tables.items()
        ]
    if service == "sqs":
        name = str(parameters["QueueUrl"]).rsplit("/", 1)[-1]
        return [Need(f"sqs:{operation}", f"arn:aws:sqs:{where}:{name}")]
    if service == "sns":
        return [Need(f"sns:{operation}", parameters["TopicArn"])]
    return [Need(f"{service}:{operation}", "*")]


def _needs_of_s3(operation: str, parameters: dict[str, Any]) -> list[Need]:
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if operation == "DeleteObjects":
        return [
            Need("s3:DeleteObject", f"{bucket}/{found['Key']}") for found in parameters["Delete"]["Objects"]
        ]
    resource = f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket
    if operation == "CopyObject":
        return _needs_of_copy(parameters, resource)
    needed = [Need(S3_ACTIONS.get(operation, f"s3:{operation}"), resource)]
    if operation == "PutObject":
        needed += [Need(action, resource) for name, action in BESIDES.items() if name in parameters]
    return needed


def _needs_of_copy(parameters: dict[str, Any], target: str) -> list[Need]:
    """Return what a copy needs. Unless they are replaced, the tags of the source are copied, too."""
    source = parameters["CopySource"]
    path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
    rights = [("s3:GetObject", f"arn:aws:s3:::{path}"), ("s3:PutObject", target)]
    if parameters.get("TaggingDirective") != "REPLACE":
        rights += [(f"{right}Tagging", resource) for right, resource in rights]
    return [Need(right, resource) for right, resource in rights]


def _keys_in(asked: dict[str, Any]) -> frozenset[str]:
    items = asked.get("Keys") or [asked.get("Key") or asked.get("Item") or {}]
    return frozenset(str(item["pk"]["S"]) for item in items if "pk" in item)


@dataclass
class Recorder:
    """Records the permissions that every call needs, by principal, and fails calls on request."""

    where: str
    needs: dict[str, set[Need]] = field(default_factory=dict)
    fails_once: set[str] = field(default_factory=set)
    who: str = ""

    @contextmanager
    def role(self, who: str) -> Iterator[None]:
        """Let what happens inside be in the name of a role."""
        before, self.who = self.who, who
        try:
            yield
        finally:
            self.who = before

    def note(self, need: Need) -> None:
        """Record it, if a principal acts."""
        if self.who:
            self.needs.setdefault(self.who, set()).add(need)

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Hear of every call that boto3 makes in this process."""
        real = BaseClient._make_api_call

        def noting(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            for need in needs_of(client.meta.service_model.service_name, operation, parameters, self.where):
                self.note(need)
            if operation in self.fails_once:
                self.fails_once.discard(operation)
                raise ClientError(_slow_down(), operation)
            try:
                return real(client, operation, parameters)
            except ClientError as fault:
                is_missing = fault.response["ResponseMetadata"]["HTTPStatusCode"] == 404
                if operation in READS and is_missing:
                    # Without it S3 says 403 for what is not there.
                    self.note(Need("s3:ListBucket", f"arn:aws:s3:::{parameters['Bucket']}"))
                raise

        patch.setattr(BaseClient, "_make_api_call", noting)


def _slow_down() -> Any:
    return {
        "Error": {"Code": "SlowDown", "Message": "Please reduce your request rate."},
        "ResponseMetadata": {"HTTPStatusCode": 503},
    }
