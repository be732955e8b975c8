"""Create, update and delete CloudFormation stacks by change sets, and report progress."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

from infra.commands import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

POLLING = {"Delay": 2, "MaxAttempts": 900}
"""Every two seconds for half an hour: a new CloudFront distribution takes up to 15 minutes."""
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation's messages for a change set without changes."""
STAGE_TAG = "contactsheet-stage"
"""The cost allocation tag; ``infra/watch.yaml`` names it too."""
CREATE_FAILED = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})
"""States of a stack that can only be deleted."""
WAITERS = {
    "CREATE": "stack_create_complete",
    "ROLLBACK": "stack_create_complete",
    "UPDATE": "stack_update_complete",
    "IMPORT": "stack_import_complete",
    "DELETE": "stack_delete_complete",
}
"""boto3's waiter for each kind of operation, by the first word of the stack's status."""


class StackError(CommandError):
    """CloudFormation refused or could not finish; the text is its message."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The outputs of a stack, and whether applying the template changed it."""

    outputs: dict[str, str]
    changed: bool


def silent(_text: str) -> None:
    """Print nothing."""


def apply(cloudformation: Any, request: Mapping[str, Any], *, say: Callable[[str], None] = silent) -> Stack:
    """Create or update the stack; an unchanged stack is left as it is.

    An operation that an interrupted run left in progress is awaited, and a stack whose creation failed is
    deleted first.

    Raises:
        StackError: the change set or its execution failed.
    """
    stack_name = request["StackName"]
    exists = _prepare(cloudformation, stack_name, say)
    # A new name each time: AWS keeps failed and executed change sets of a stack.
    name = f"apply-{secrets.token_hex(8)}"
    change_set = {"StackName": stack_name, "ChangeSetName": name}
    kind = "UPDATE" if exists else "CREATE"
    cloudformation.create_change_set(**request, ChangeSetName=name, ChangeSetType=kind)
    with suppress(WaiterError):  # described below, with the reason
        cloudformation.get_waiter("change_set_create_complete").wait(**change_set, WaiterConfig=POLLING)
    changes = cloudformation.describe_change_set(**change_set)
    if _has_no_changes(changes):
        cloudformation.delete_change_set(**change_set)
        return Stack(outputs_of(describe(cloudformation, stack_name) or {}), changed=False)
    if changes["Status"] != "CREATE_COMPLETE":
        raise StackError(f"CloudFormation refused the template: {changes.get('StatusReason', '')}")
    for change in changes.get("Changes", []):
        found = change.get("ResourceChange", {})
        say(f"{found.get('Action', '').lower()} {found.get('LogicalResourceId', '')}")
    cloudformation.execute_change_set(**change_set)
    _wait(cloudformation, stack_name, kind)
    return Stack(outputs_of(describe(cloudformation, stack_name) or {}), changed=True)


def tags_of(stage: str) -> list[dict[str, str]]:
    """Return the tags of a stage's resources, by which its budget counts."""
    return [{"Key": STAGE_TAG, "Value": stage}]


def request(stack_name: str, template: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments with which CloudFormation makes the stack and tags its resources."""
    return {
        "StackName": stack_name,
        "TemplateBody": template.read_text(),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Tags": tags_of(parameters["Stage"]),
    }


def outputs_of(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs of a described stack by name."""
    return {found["OutputKey"]: str(found["OutputValue"]) for found in stack.get("Outputs", [])}


def read(cloudformation: Any, stack_name: str) -> dict[str, str] | None:
    """Return the outputs of a complete stack, else ``None``."""
    found = describe(cloudformation, stack_name)
    return outputs_of(found) if found and found["StackStatus"].endswith("COMPLETE") else None


def describe(cloudformation: Any, stack_name: str) -> dict[str, Any] | None:
    """Return CloudFormation's description of a stack, or ``None`` if it doesn't exist."""
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    # A change set that was never executed leaves a name without a stack.
    return None if stack["StackStatus"] in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"} else stack


def delete(cloudformation: Any, stack_name: str) -> bool:
    """Delete the stack and wait; return ``False`` if it doesn't exist.

    Raises:
        StackError: a resource could not be deleted.
    """
    if describe(cloudformation, stack_name) is None:
        return False
    cloudformation.delete_stack(StackName=stack_name)
    _wait(cloudformation, stack_name, "DELETE")
    return True


def _prepare(cloudformation: Any, stack_name: str, say: Callable[[str], None]) -> bool:
    """Finish what an interrupted run left behind; return whether the stack exists."""
    stack = describe(cloudformation, stack_name)
    if stack is not None and stack["StackStatus"].endswith("IN_PROGRESS"):
        say("waiting for an earlier run")
        with suppress(StackError):  # its end, good or bad, is described below
            _wait(cloudformation, stack_name, stack["StackStatus"].split("_")[0])
        stack = describe(cloudformation, stack_name)
    if stack is not None and stack["StackStatus"] in CREATE_FAILED:
        say("deleting a stack whose creation failed")
        delete(cloudformation, stack_name)
        return False
    return stack is not None


def _has_no_changes(change_set: Mapping[str, Any]) -> bool:
    reason = change_set.get("StatusReason") or ""
    return change_set["Status"] == "FAILED" and any(words in reason for words in NO_CHANGES)


def _wait(cloudformation: Any, stack_name: str, kind: str) -> None:
    """Wait for the end of an operation.

    Raises:
        StackError: it failed or takes longer than half an hour.
    """
    try:
        cloudformation.get_waiter(WAITERS[kind]).wait(StackName=stack_name, WaiterConfig=POLLING)
    except WaiterError as error:
        stack = describe(cloudformation, stack_name) or {"StackStatus": "DELETE_COMPLETE"}
        status = stack["StackStatus"]
        if status.endswith("IN_PROGRESS"):
            raise StackError(f"CloudFormation is still busy with {stack_name}.") from error
        raise StackError(f"{stack_name} is {status}: {_first_failure(cloudformation, stack_name)}") from error


def _first_failure(cloudformation: Any, stack_name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failures = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return failures[-1] if failures else "no reason given"  # events come newest first
