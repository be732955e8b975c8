"""Bring a CloudFormation stack to its template by change sets, and say how it goes."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTLED_WITHIN_SECONDS = 1800.0
"""A new CloudFront distribution takes up to a quarter of an hour."""
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation words it that there is nothing to do."""


NEVER_MADE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})


class StackError(Exception):
    """CloudFormation refused or could not finish; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What a stack says of itself, and whether anything had to be changed for it."""

    outputs: dict[str, str]
    changed: bool


def silent(_text: str) -> None:
    """Say nothing."""


def apply(cloudformation: Any, request: Mapping[str, Any], *, say: Callable[[str], None] = silent) -> Stack:
    """Create or update the stack, or leave it where nothing changed.

    A run that was stopped continues: what is in progress is awaited, and what was never made is
    cleared away first.

    Raises:
        StackError: the change set or its execution failed.
    """
    stack_name = request["StackName"]
    exists = _prepare(cloudformation, stack_name, say)
    # A fresh name: AWS keeps failed and executed change sets of a stack.
    name = f"apply-{secrets.token_hex(8)}"
    cloudformation.create_change_set(
        **request,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if exists else "CREATE",
    )
    changes = _settled_change_set(cloudformation, stack_name, name)
    changed = not _says_no_changes(changes)
    if changed:
        if changes["Status"] != "CREATE_COMPLETE":
            raise StackError(f"CloudFormation refused the template: {changes.get('StatusReason', '')}")
        for change in changes.get("Changes", []):
            found = change.get("ResourceChange", {})
            say(f"{found.get('Action', '').lower()} {found.get('LogicalResourceId', '')}")
        cloudformation.execute_change_set(StackName=stack_name, ChangeSetName=name)
    else:
        cloudformation.delete_change_set(StackName=stack_name, ChangeSetName=name)
    return Stack(outputs_of(_settled_stack(cloudformation, stack_name)), changed)


def outputs_of(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs of a described stack by their names."""
    return {found["OutputKey"]: str(found["OutputValue"]) for found in stack.get("Outputs", [])}


def read(cloudformation: Any, stack_name: str) -> dict[str, str] | None:
    """Return the outputs of a stack that stands, else ``None``."""
    found = describe(cloudformation, stack_name)
    return outputs_of(found) if found and found["StackStatus"].endswith("COMPLETE") else None


def delete(cloudformation: Any, stack_name: str) -> bool:
    """Delete the stack and wait; ``False`` where there is none.

    Raises:
        StackError: something in it could not be deleted.
    """
    if describe(cloudformation, stack_name) is None:
        return False
    cloudformation.delete_stack(StackName=stack_name)
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while (stack := describe(cloudformation, stack_name)) is not None:
        status = stack["StackStatus"]
        if status == "DELETE_COMPLETE":
            break
        if not status.endswith("IN_PROGRESS"):
            raise StackError(f"{stack_name} is {status}: {_first_failure(cloudformation, stack_name)}")
        _wait(deadline, stack_name)
    return True


def _prepare(cloudformation: Any, stack_name: str, say: Callable[[str], None]) -> bool:
    """Await what an earlier run left in progress and clear what it failed to create; tell if it exists."""
    stack = describe(cloudformation, stack_name)
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while stack is not None and stack["StackStatus"].endswith("IN_PROGRESS"):
        say("waiting for an earlier run")
        _wait(deadline, stack_name)
        stack = describe(cloudformation, stack_name)
    if stack is not None and stack["StackStatus"] in {
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "CREATE_FAILED",
    }:
        say("clearing what could not be created")
        delete(cloudformation, stack_name)
        return False
    return stack is not None and stack["StackStatus"] != "DELETE_COMPLETE"


def _says_no_changes(change_set: Mapping[str, Any]) -> bool:
    reason = change_set.get("StatusReason") or ""
    return change_set["Status"] == "FAILED" and any(words in reason for words in NO_CHANGES)


def describe(cloudformation: Any, stack_name: str) -> dict[str, Any] | None:
    """Return what CloudFormation says of a stack, or ``None`` where there is none."""
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    # What a change set that was never executed leaves behind: a name without a stack.
    return None if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack


def _settled_change_set(cloudformation: Any, stack_name: str, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while True:
        found: dict[str, Any] = cloudformation.describe_change_set(StackName=stack_name, ChangeSetName=name)
        if found["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            return found
        _wait(deadline, f"the change set {name} of {stack_name}")


def _settled_stack(cloudformation: Any, stack_name: str) -> dict[str, Any]:
    deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
    while True:
        stack = describe(cloudformation, stack_name) or {"StackStatus": "REVIEW_IN_PROGRESS"}
        status = stack["StackStatus"]
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
            return stack
        if not status.endswith("IN_PROGRESS"):
            raise StackError(f"{stack_name} is {status}: {_first_failure(cloudformation, stack_name)}")
        _wait(deadline, stack_name)


def _first_failure(cloudformation: Any, stack_name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failures = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return failures[-1] if failures else "no reason given"  # events come newest first


def _wait(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise StackError(f"CloudFormation is still busy with {what}.")
    time.sleep(0.1 if SETTLED_WITHIN_SECONDS - (deadline - time.monotonic()) < 5 else 2)
