"""Log groups of a stage that was removed: CloudFormation can't make what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra import stacks
from infra.commands import CommandError

if TYPE_CHECKING:
    from infra.provision import Clients


def refuse(clients: Clients, stage: str) -> None:
    """Raise ``CommandError`` if a new stack would fail at a log group that is there already."""
    stack = f"contactsheet-{stage}"
    if stacks.describe(clients.client("cloudformation"), stack) is not None:
        return
    names = [
        f"/aws/lambda/{stack}-thumbworker",
        f"/aws/lambda/{stack}-imports",
        f"/aws/lambda/contactsheet-web-{stage}",
    ]
    logs = clients.client("logs")
    found = [name for name in names if _is_there(logs, name)]
    if found:
        commands = "\n".join(f"  aws logs delete-log-group --log-group-name {name}" for name in found)
        raise CommandError(
            f"There are log groups of an earlier stage of this name. To delete their logs, run:\n{commands}"
        )


def _is_there(logs: object, name: str) -> bool:
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]  # type: ignore[attr-defined]
    return any(group["logGroupName"] == name for group in found)
