"""Runs one check and turns the errors of the AWS SDK into a finding."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from gallery.operations.diagnosis import Finding, broken, ok, skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gallery.operations.resources.names import Names

    Checks = Iterator[tuple[str, Callable[[str], Finding]]]
    """Titles, and what checks each: called with its title."""

RESTORE = "Put it back."
"""Advice for a resource that differs from its template; ``RESTORE_SECTION`` of the runbook says how."""
RESTORE_SECTION = "Changed by hand"
FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})
INVALID_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Error codes for unknown or expired credentials, which say nothing about the resource."""


class Clients(Protocol):
    """Creates clients of AWS services, as a boto3 session does."""

    def client(self, service: Any, /) -> Any:
        """Return a client of a service."""


def inspect(title: str, check: Callable[[str], Finding]) -> Finding:
    """Return the result of a check; one that the credentials do not allow is skipped, never ok."""
    finding = _result(title, check)
    if RESTORE in finding.advice:
        return replace(finding, section=RESTORE_SECTION)
    return finding


def _result(title: str, check: Callable[[str], Finding]) -> Finding:
    try:
        return check(title)
    except ClientError as error:
        code = error_code(error)
        if code in FORBIDDEN:
            return skipped(title, "not checked: these credentials do not have permission")
        if code in INVALID_CREDENTIALS:
            return broken(
                title, f"AWS does not accept these credentials ({code}). Sign in again, then check again."
            )
        return broken(title, f"AWS says {code}: {error.response['Error'].get('Message', '')}. {RESTORE}")
    except BotoCoreError as error:
        return broken(title, f"AWS does not answer ({error}). Check the network and AWS_REGION.")


def error_code(error: ClientError) -> str:
    """Return the AWS code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def call_or_empty(call: Callable[[], Mapping[str, Any]], not_found_code: str) -> Mapping[str, Any]:
    """Return the answer, or an empty one where AWS reports ``not_found_code``."""
    try:
        return call()
    except ClientError as error:
        if error_code(error) != not_found_code:
            raise
        return {}


def check_policy(title: str, policy_json: str, expected_sids: set[str], names: Names) -> Finding:
    """Check that a policy has the expected statements and one that denies plain HTTP."""
    # A statement named TlsOnly that no longer denies plain HTTP does not count.
    sids = {
        statement.get("Sid")
        for statement in json.loads(policy_json).get("Statement", [])
        if statement.get("Sid") != "TlsOnly"
        or (statement["Effect"] == "Deny" and "aws:SecureTransport" in str(statement))
    }
    if missing := sorted((expected_sids if names.is_emulated else expected_sids | {"TlsOnly"}) - sids):
        return broken(title, f"the policy lacks {', '.join(missing)}. {RESTORE}")
    return ok(title)
