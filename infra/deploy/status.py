"""Say how a stage is, from outside: its stacks, its function, its queues and what doctor finds inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra import stacks
from infra.deploy import web_function

if TYPE_CHECKING:
    from infra.deploy.stages import Deployment


def status(deployment: Deployment) -> int:
    """Say it line by line; return 0 where all is well."""
    options, clients, say = deployment.options, deployment.clients, deployment.say
    cloudformation = clients.client("cloudformation")
    is_well = True
    for part in ("", "-site", "-watch"):
        name = f"contactsheet-{options.stage}{part}"
        found = stacks.describe(cloudformation, name)
        state = found["StackStatus"] if found else "not there"
        is_well &= state.endswith("COMPLETE") and "ROLLBACK" not in state
        say(f"stack {name}: {state.lower().replace('_', ' ')}")
    function = web_function.configuration(clients, options.function_name)
    if function is None:
        say("web function: not there. Run: make deploy")
        return 1
    say(f"web function: {function.get('State', 'Active').lower()}, {function['Runtime']}")
    outputs = stacks.read(cloudformation, f"contactsheet-{options.stage}") or {}
    for title, key in (
        ("waiting photos", "ThumbnailsQueueUrl"),
        ("dead letters", "ThumbnailsDeadLetterQueueUrl"),
    ):
        if key in outputs:
            say(f"{title}: {_depth(clients.client('sqs'), outputs[key])}")
    for line in findings(deployment):
        is_well &= bool(line["is_well"])
        say(f"ok   {line['what']}" if line["is_well"] else f"LOOK {line['what']}: {line['advice']}")
    return 0 if is_well else 1


def _depth(sqs: Any, url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return str(found["Attributes"]["ApproximateNumberOfMessages"])


def findings(deployment: Deployment) -> list[dict[str, Any]]:
    """Let doctor look inside the function, with the rights of its role; return what it found."""
    answer = deployment.clients.client("lambda").invoke(
        FunctionName=deployment.options.function_name,
        Payload=json.dumps({"command": "gallery.operations.jobs.examine"}).encode(),
    )
    said = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer or not isinstance(said, list):
        advice = f"it does not start; its log says why: {str(said)[:500]}"
        return [{"what": "web function", "is_well": False, "advice": advice}]
    return said
