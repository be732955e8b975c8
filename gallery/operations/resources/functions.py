"""Checks of the Lambda functions, their roles and the mappings from queues to workers."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok
from gallery.operations.resources.inspection import RESTORE, RESTORE_SECTION

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
    from gallery.operations.resources.names import Names

BATCH_SIZE = 10
"""Photos in a batch, as in ``infra/template.yaml`` (a test compares them)."""
CALLABLE_STATES = frozenset({"Active", "Inactive"})
"""States of a function that runs when it is called; a function idle for weeks is inactive until then."""
RUNNING_STATES = frozenset({"Enabled", "Enabling", "Updating", "Creating"})


_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
_QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"}
RIGHTS = {
    "thumbworker": {
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"),
        *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "sns:Publish"),
        *(_QUEUE | _LOG),
    },
    "imports": {
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject", "dynamodb:UpdateItem", "sns:Publish"),
        *(_QUEUE | _LOG),
    },
}
"""The actions that the role of each worker allows, as in ``infra/template.yaml`` (a test compares them)."""
VARIABLES = {
    "ORIGINALS_BUCKET": "originals_bucket",
    "RENDITIONS_BUCKET": "renditions_bucket",
    "CATALOGUE_TABLE": "catalogue_table",
    "PHOTO_EVENTS_TOPIC_ARN": "topic_arn",
    "SITE_ORIGIN": "site_origin",
    "STAGE": "stage",
}
"""What each variable of both workers is, as a field of ``Names``."""
LEAST_MEMORY_MB = {"thumbworker": 1769, "imports": 512}


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    functions, iam = clients.client("lambda"), clients.client("iam")
    for queue, function in names.worker_functions.items():
        yield f"function {function}", partial(_function, functions, function)
        yield f"settings of {function}", partial(_settings, functions, names, function)
        yield f"role of {function}", partial(_role, functions, iam, function)
        yield f"mapping of {function}", partial(_mapping, functions, function, queue)
    if web := names.web_function:
        yield f"function {web}", partial(_function, functions, web)
        yield f"role of {web}", partial(_role, functions, iam, web)


def _function(functions: Any, function: str, title: str) -> Finding:
    configuration = functions.get_function_configuration(FunctionName=function)
    state = configuration.get("State", "Active")
    if "Failed" in {state, configuration.get("LastUpdateStatus", "Successful")}:
        reason = (
            configuration.get("StateReason")
            or configuration.get("LastUpdateStatusReason")
            or "AWS gives no reason"
        )
        return broken(title, f"it cannot run: {reason}. {RESTORE}")
    if state not in CALLABLE_STATES:
        return broken(title, f"its state is {state.lower()}. Wait a minute, then check again.")
    return ok(title)


def _kind(function: str) -> str:
    return function.rsplit("-", 1)[-1]


def _settings(functions: Any, names: Names, function: str, title: str) -> Finding:
    configuration = functions.get_function_configuration(FunctionName=function)
    expected = {variable: getattr(names, name) for variable, name in VARIABLES.items()}
    variables = configuration.get("Environment", {}).get("Variables", {})
    if wrong := sorted(name for name, value in expected.items() if variables.get(name) != value):
        return broken(title, f"wrong variables: {', '.join(wrong)}. {RESTORE}")
    least = LEAST_MEMORY_MB[_kind(function)]
    if configuration["MemorySize"] < least:
        return broken(
            title,
            f"its memory is {configuration['MemorySize']} MB, less than {least}. {RESTORE}",
        )
    return ok(title)


def _role(functions: Any, iam: Any, function: str, title: str) -> Finding:
    role = functions.get_function_configuration(FunctionName=function)["Role"].rsplit("/", 1)[-1]
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    if not policies:
        return broken(title, f"the role {role} allows nothing. {RESTORE}")
    missing = set(RIGHTS.get(_kind(function), ()))
    for policy in policies if missing else ():
        missing -= _allowed(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    if missing:
        return broken(title, f"the role {role} lacks {', '.join(sorted(missing))}. {RESTORE}")
    return ok(title)


def _allowed(document: Any) -> set[str]:
    """Return the actions that a policy allows. Emulators return it as text."""
    statements = (json.loads(document) if isinstance(document, str) else document)["Statement"]
    named = [statement["Action"] for statement in statements if statement["Effect"] == "Allow"]
    return {action for one in named for action in ([one] if isinstance(one, str) else one)}


def _mapping(functions: Any, function: str, queue: str, title: str) -> Finding:
    listed = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    mapping = next((one for one in listed if one["EventSourceArn"].endswith(f":{queue}")), None)
    if mapping is None:
        return broken(title, f"no function reads the queue. {RESTORE}")
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return broken(
            title,
            "its FunctionResponseTypes lack ReportBatchItemFailures, so a photo that fails is lost with its "
            f"batch. {RESTORE}",
        )
    if mapping.get("State") not in RUNNING_STATES:
        return broken(
            title,
            "it is disabled, so the queue is not read. Enable it unless this is intended.",
            RESTORE_SECTION,
        )
    if mapping["BatchSize"] != BATCH_SIZE:
        return broken(title, f"its batch size is {mapping['BatchSize']} instead of {BATCH_SIZE}. {RESTORE}")
    if not mapping.get("ScalingConfig", {}).get("MaximumConcurrency"):
        return broken(
            title,
            "it has no MaximumConcurrency, so a burst uses up the attempts of good photos. " + RESTORE,
        )
    return ok(title)
