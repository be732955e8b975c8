"""Report the state of a stage: its stacks, function and queues, and doctor's findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, line, ok
from gallery.operations.resources import Names, check_resources
from infra import stacks
from infra.deploy import web_function
from infra.deploy.releases import Releases, serving
from infra.deploy.stage_secrets import StageSecrets, public_key_of
from infra.provision import artifacts_bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.deploy.stages import Deployment


def status(deployment: Deployment) -> int:
    """Print it line by line; return 0 if all is well."""
    options, clients, say = deployment.options, deployment.clients, deployment.say
    cloudformation = clients.client("cloudformation")
    is_well = True
    for part in ("", "-site", "-schedules", "-watch"):
        name = f"contactsheet-{options.stage}{part}"
        found = stacks.describe(cloudformation, name)
        state = found["StackStatus"] if found else "not there"
        is_well &= state.endswith("COMPLETE") and "ROLLBACK" not in state
        say(f"stack {name}: {state.lower().replace('_', ' ')}")
    function = web_function.configuration(clients, options.function_name)
    if function is None:
        say("web function: not there. Run: make deploy")
        return 1
    say(
        f"web function: {function.get('State', 'Active').lower()}, {function['Runtime']}, "
        f"{_version(deployment, function)}"
    )
    outputs = stacks.read(cloudformation, f"contactsheet-{options.stage}") or {}
    for title, key in (
        ("waiting photos", "ThumbnailsQueueUrl"),
        ("dead letters", "ThumbnailsDeadLetterQueueUrl"),
    ):
        if key in outputs:
            say(f"{title}: {_depth(clients.client('sqs'), outputs[key])}")
    for finding in [*examine_stage(deployment, outputs), *examine_function(deployment)]:
        is_well &= finding.is_well
        say(line(finding))
    return 0 if is_well else 1


def _version(deployment: Deployment, function: Mapping[str, Any]) -> str:
    """Return which version serves, and which are kept for a rollback."""
    clients = deployment.clients
    kept = Releases(clients.client("s3"), artifacts_bucket(clients, deployment.options.stage)).kept()
    live = serving(kept, function["CodeSha256"])
    names = ", ".join(str(release.version) for release in kept)
    return f"version {live.version if live else 'unknown'} (kept: {names or 'none'})"


def _depth(sqs: Any, url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return str(found["Attributes"]["ApproximateNumberOfMessages"])


def examine_stage(deployment: Deployment, outputs: Mapping[str, str]) -> list[Finding]:
    """Examine the stacks' resources, with the operator's permissions."""
    cloudformation = deployment.clients.client("cloudformation")
    stack = f"contactsheet-{deployment.options.stage}"
    site = stacks.read(cloudformation, f"{stack}-site")
    if not outputs or not site:
        return [broken("stacks", "the stage is incomplete. Run: make deploy")]
    stage_secrets = StageSecrets(deployment.clients.client("ssm"), deployment.options.stage)
    signing_key = stage_secrets.read("signing-key")
    names = Names.from_outputs(
        deployment.options.stage,
        outputs,
        site,
        stacks.read(cloudformation, f"{stack}-watch") or {},
        web_function=deployment.options.function_name,
        signing_public_key=public_key_of(signing_key) if signing_key else "",
        is_emulated=deployment.options.is_emulated,
    )
    return [secrets_of(stage_secrets), *check_resources(deployment.clients, names)]


def secrets_of(stage_secrets: StageSecrets) -> Finding:
    """Check that SSM holds the secrets that the next deployment needs."""
    if missing := stage_secrets.missing():
        given = " DATABASE_URL=postgresql://…" if "database-url" in missing else ""
        return broken(
            "secrets", f"not in SSM: {', '.join(missing)}. Run: make deploy{given}", "A secret leaked"
        )
    return ok("secrets")


def examine_function(deployment: Deployment) -> list[Finding]:
    """Run doctor in the function, with the permissions of its role."""
    answer = deployment.clients.client("lambda").invoke(
        FunctionName=deployment.options.function_name,
        Payload=json.dumps({"command": "gallery.operations.jobs.examine"}).encode(),
    )
    answered = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer or not isinstance(answered, list):
        return [broken("web function", f"it does not start; see its log: {str(answered)[:500]}")]
    # A rehearsal has to set AWS_ENDPOINT_URL.
    is_emulated = deployment.options.is_emulated
    return [Finding(**one) for one in answered if not (is_emulated and "AWS_ENDPOINT_URL" in one["what"])]
