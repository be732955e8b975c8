"""What the rules know of the account: given by a test, or read from the emulated AWS."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NEW_ACCOUNT_CONCURRENCY = 10


class Account(Protocol):
    """What the rules ask for."""

    concurrency: int
    names: dict[tuple[str, str], str]
    """Names that are one space in an account whatever the region, and who has them."""

    def trust_of(self, role_arn: str) -> Mapping[str, Any] | None:
        """Return the trust policy of a role, or ``None`` if there is no such role."""

    def policies_of(self, access_key: str) -> list[Mapping[str, Any]] | None:
        """Return the policies of the user with this key; ``None`` for the account's root."""

    def has_log_group(self, name: str, region: str) -> bool:
        """Return whether a log group of this name is there."""

    def owns(self, stack: str, logical_id: str, region: str) -> bool:
        """Return whether the stack has made this resource already."""

    def unpacked_bytes(self, bucket: str, key: str) -> int:
        """Return the size of a package in a bucket, unpacked."""


@dataclass
class Given:
    """An account that a test describes."""

    trusts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    policies: list[Mapping[str, Any]] | None = None
    log_groups: set[str] = field(default_factory=set)
    owned: set[str] = field(default_factory=set)
    packages: dict[str, int] = field(default_factory=dict)
    concurrency: int = NEW_ACCOUNT_CONCURRENCY
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def trust_of(self, role_arn: str) -> Mapping[str, Any] | None:
        """Return what was given."""
        return self.trusts.get(role_arn)

    def policies_of(self, access_key: str) -> list[Mapping[str, Any]] | None:
        """Return what was given, for every key."""
        return self.policies if access_key else None

    def has_log_group(self, name: str, region: str) -> bool:
        """Return whether it was given."""
        return bool(region) and name in self.log_groups

    def owns(self, stack: str, logical_id: str, region: str) -> bool:
        """Return whether it was given."""
        return bool(stack and region) and logical_id in self.owned

    def unpacked_bytes(self, bucket: str, key: str) -> int:
        """Return what was given."""
        return self.packages.get(f"{bucket}/{key}", 0)


@dataclass
class Emulated:
    """The account of the emulated AWS; ``client`` acts as its root."""

    client: Callable[[str], Any]
    concurrency: int = NEW_ACCOUNT_CONCURRENCY
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    _policies: dict[str, list[Mapping[str, Any]] | None] = field(default_factory=dict)
    _packages: dict[str, int] = field(default_factory=dict)

    def trust_of(self, role_arn: str) -> Mapping[str, Any] | None:
        """Read the role."""
        try:
            found = self.client("iam").get_role(RoleName=role_arn.rpartition("/")[2])
        except ClientError:
            return None
        return document(found["Role"]["AssumeRolePolicyDocument"])

    def policies_of(self, access_key: str) -> list[Mapping[str, Any]] | None:
        """Read the user's policies once."""
        if access_key not in self._policies:
            self._policies[access_key] = self._read_policies(access_key)
        return self._policies[access_key]

    def _read_policies(self, access_key: str) -> list[Mapping[str, Any]] | None:
        iam = self.client("iam")
        for user in iam.list_users()["Users"]:
            name = user["UserName"]
            keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
            if access_key not in {key["AccessKeyId"] for key in keys}:
                continue
            found = [
                document(iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"])
                for policy in iam.list_user_policies(UserName=name)["PolicyNames"]
            ]
            for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
                arn = attached["PolicyArn"]
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
                found.append(document(policy["Document"]))
            return found
        return None

    def has_log_group(self, name: str, region: str) -> bool:
        """Ask for it; the emulated account has one region."""
        groups = self.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return bool(region) and any(group["logGroupName"] == name for group in groups)

    def owns(self, stack: str, logical_id: str, region: str) -> bool:
        """Ask for the stack's resource."""
        try:
            self.client("cloudformation").describe_stack_resource(
                StackName=stack, LogicalResourceId=logical_id
            )
        except ClientError:
            return False
        return bool(region)

    def unpacked_bytes(self, bucket: str, key: str) -> int:
        """Read the package once."""
        place = f"{bucket}/{key}"
        if place not in self._packages:
            try:
                body = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            except ClientError:
                return 0
            with zipfile.ZipFile(io.BytesIO(body)) as package:
                self._packages[place] = sum(entry.file_size for entry in package.infolist())
        return self._packages[place]


def document(text: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a policy document that may come as text, quoted or not."""
    if not isinstance(text, str):
        return text
    found: Mapping[str, Any] = json.loads(text if text.lstrip().startswith("{") else unquote(text))
    return found
