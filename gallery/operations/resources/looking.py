"""Looks at one thing, and turns what the SDK raises into a finding."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from gallery.operations.diagnosis import Finding, ill, unseen, well

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gallery.operations.resources.names import Names

AGAIN = "Put it back."
BY_HAND = "Changed by hand"
"""The section of the runbook on how: what the templates did not change, no deployment mends."""
FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})
SIGNED_OUT = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""How AWS words it that it does not know who asks, so that nothing was learnt about the gallery."""


class Clients(Protocol):
    """Whatever makes clients of AWS's services."""

    def client(self, service: Any, /) -> Any:
        """Return a client of a service."""


def look(title: str, examine: Callable[[], Finding]) -> Finding:
    """Return what was found; what may not be looked at is unseen, and never well."""
    found = _seen(title, examine)
    return replace(found, section=found.section or BY_HAND) if AGAIN in found.advice else found


def _seen(title: str, examine: Callable[[], Finding]) -> Finding:
    try:
        return examine()
    except ClientError as fault:
        code = code_of(fault)
        if code in FORBIDDEN:
            return unseen(title)
        if code in SIGNED_OUT:
            return ill(
                title, f"AWS does not know these credentials ({code}). Sign in again, then look again."
            )
        return ill(title, f"AWS says {code}: {fault.response['Error'].get('Message', '')}. {AGAIN}")
    except BotoCoreError as fault:
        return ill(title, f"AWS does not answer ({fault}). Check the network and AWS_REGION.")


def code_of(fault: ClientError) -> str:
    """Return AWS's code of a refusal."""
    return str(fault.response.get("Error", {}).get("Code", ""))


def found_or(
    absent: Mapping[str, Any], ask: Callable[[], Mapping[str, Any]], *codes: str
) -> Mapping[str, Any]:
    """Return the answer, or ``absent`` where AWS says by one of the codes that there is none."""
    try:
        return ask()
    except ClientError as fault:
        if code_of(fault) not in codes:
            raise
        return absent


def policy_with(title: str, policy: str, wanted: set[str], names: Names) -> Finding:
    """See that a policy in JSON holds the wanted statements, and the one that refuses plain http."""
    # What its name says and its words no longer do is not there.
    there = {
        one.get("Sid")
        for one in json.loads(policy).get("Statement", [])
        if one.get("Sid") != "TlsOnly" or (one["Effect"] == "Deny" and "aws:SecureTransport" in str(one))
    }
    if missing := sorted((wanted if names.is_emulated else wanted | {"TlsOnly"}) - there):
        return ill(title, f"it lacks {', '.join(missing)}. {AGAIN}")
    return well(title)
