"""Looks at the workers: the functions, the roles that they take, and the mappings that feed them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, ill, well
from gallery.operations.resources.looking import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names

BATCH_SIZE = 10
"""Photos in a batch, as in ``infra/template.yaml`` (a test holds both)."""
ABLE = frozenset({"Active", "Inactive"})
"""States of a function that runs when it is called; one that was long idle is inactive until then."""
RUNNING = frozenset({"Enabled", "Enabling", "Updating", "Creating"})


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    functions, iam = clients.client("lambda"), clients.client("iam")
    for queue, function in names.worker_functions.items():
        yield f"function {function}", partial(_function, functions, function)
        yield f"role of {function}", partial(_role, functions, iam, function)
        yield f"mapping of {function}", partial(_mapping, functions, function, queue)
    if web := names.web_function:
        yield f"function {web}", partial(_function, functions, web)
        yield f"role of {web}", partial(_role, functions, iam, web)


def _function(functions: Any, function: str) -> Finding:
    title = f"function {function}"
    found = functions.get_function_configuration(FunctionName=function)
    state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
    if state == "Failed" or update == "Failed":
        why = found.get("StateReason") or found.get("LastUpdateStatusReason") or "AWS does not say why"
        return ill(title, f"it cannot run: {why}. {AGAIN}")
    if state not in ABLE:
        return ill(title, f"it is {state.lower()}. Wait a minute, then look again.")
    return well(title)


def _role(functions: Any, iam: Any, function: str) -> Finding:
    title = f"role of {function}"
    role = functions.get_function_configuration(FunctionName=function)["Role"].rsplit("/", 1)[-1]
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    if not policies:
        return ill(title, f"its role {role} allows nothing. {AGAIN}", "worker-errors")
    return well(title)


def _mapping(functions: Any, function: str, queue: str) -> Finding:
    title = f"mapping of {function}"
    listed = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    found = next((one for one in listed if one["EventSourceArn"].endswith(f":{queue}")), None)
    if found is None:
        return ill(title, f"nothing takes from its queue. {AGAIN}", "queue-age")
    if "ReportBatchItemFailures" not in found.get("FunctionResponseTypes", []):
        return ill(
            title,
            "its FunctionResponseTypes lack ReportBatchItemFailures, so a photo that fails vanishes with its "
            f"batch. {AGAIN}",
        )
    if found.get("State") not in RUNNING:
        advice = "it is switched off, so nothing is taken from the queue. Is that meant? Else enable it."
        return ill(title, advice, "queue-age")
    if found["BatchSize"] != BATCH_SIZE:
        return ill(title, f"it hands out {found['BatchSize']} at once instead of {BATCH_SIZE}. {AGAIN}")
    if not found.get("ScalingConfig", {}).get("MaximumConcurrency"):
        return ill(
            title,
            "nothing limits how many batches run at once, so a burst uses up the tries of good photos. "
            f"{AGAIN}",
            "worker-throttles",
        )
    return well(title)
