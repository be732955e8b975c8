"""Say how a stage is, from outside: its stacks, its function, its queues and what doctor finds inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, line, ok
from gallery.operations.resources import Names, check_resources
from infra import stacks
from infra.deploy import web_function
from infra.deploy.vault import Vault, public_key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    for finding in [*outside(deployment, outputs), *inside(deployment)]:
        is_well &= finding.is_well
        say(line(finding))
    return 0 if is_well else 1


def _depth(sqs: Any, url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return str(found["Attributes"]["ApproximateNumberOfMessages"])


def outside(deployment: Deployment, outputs: Mapping[str, str]) -> list[Finding]:
    """Examine what the stacks made, with the operator's rights."""
    cloudformation = deployment.clients.client("cloudformation")
    stack = f"contactsheet-{deployment.options.stage}"
    site = stacks.read(cloudformation, f"{stack}-site")
    if not outputs or not site:
        return [broken("stacks", "the stage is not complete. Run: make deploy")]
    vault = Vault(deployment.clients.client("ssm"), deployment.options.stage)
    signing_key = vault.read("signing-key")
    names = Names.from_outputs(
        deployment.options.stage,
        outputs,
        site,
        stacks.read(cloudformation, f"{stack}-watch") or {},
        web_function=deployment.options.function_name,
        signing_public_key=public_key_of(signing_key) if signing_key else "",
        is_emulated=deployment.options.is_emulated,
    )
    return [secrets_of(vault), *check_resources(deployment.clients, names)]


def secrets_of(vault: Vault) -> Finding:
    """See that the vault holds what the next deployment hands over."""
    if missing := vault.missing():
        given = " DATABASE_URL=postgresql://…" if "database-url" in missing else ""
        return broken(
            "secrets", f"not in SSM: {', '.join(missing)}. Run: make deploy{given}", "A secret leaked"
        )
    return ok("secrets")


def inside(deployment: Deployment) -> list[Finding]:
    """Let doctor look inside the function, with the rights of its role."""
    answer = deployment.clients.client("lambda").invoke(
        FunctionName=deployment.options.function_name,
        Payload=json.dumps({"command": "gallery.operations.jobs.examine"}).encode(),
    )
    said = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer or not isinstance(said, list):
        return [broken("web function", f"it does not start; its log says why: {str(said)[:500]}")]
    # A rehearsal cannot but set AWS_ENDPOINT_URL.
    is_emulated = deployment.options.is_emulated
    return [Finding(**one) for one in said if not (is_emulated and "AWS_ENDPOINT_URL" in one["what"])]
