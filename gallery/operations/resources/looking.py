"""Looks at one thing, and turns what the SDK raises into a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from gallery.operations.findings import Finding, ill, unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AGAIN = "Run: make deploy"
FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})


class Clients(Protocol):
    """Whatever makes clients of AWS's services."""

    def client(self, service: Any, /) -> Any:
        """Return a client of a service."""


def look(title: str, examine: Callable[[], Finding]) -> Finding:
    """Return what was found; what may not be looked at is unseen, and never well."""
    try:
        return examine()
    except ClientError as fault:
        code = code_of(fault)
        if code in FORBIDDEN:
            return unseen(title)
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
