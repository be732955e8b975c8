"""Looks at the way to the workers: queues, dead letters, functions and the mappings between them."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.findings import Finding, ill, well
from gallery.operations.resources.looking import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names

VISIBILITY_FACTOR = 6
"""The visibility that Lambda asks for, in timeouts of the function."""
RUNNING = frozenset({"Enabled", "Enabling", "Updating", "Creating"})


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    sqs, functions = clients.client("sqs"), clients.client("lambda")
    for url in names.queue_urls:
        queue = url.rsplit("/", 1)[-1]
        yield f"queue {queue}", partial(_queue, sqs, url, names)
    for queue, function in names.worker_functions.items():
        title = f"function {function}"
        yield title, partial(_function, functions, title, function)
        yield f"mapping of {function}", partial(_mapping, functions, function, queue)
        if url := next((url for url in names.queue_urls if url.endswith(f"/{queue}")), ""):
            yield f"visibility of {queue}", partial(_visibility, sqs, functions, url, function)
    if names.web_function:
        yield "web function", partial(_function, functions, "web function", names.web_function)


def _queue(sqs: Any, url: str, names: Names) -> Finding:
    queue = url.rsplit("/", 1)[-1]
    title = f"queue {queue}"
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    if queue.endswith("-dead"):
        waiting = int(attributes.get("ApproximateNumberOfMessages", 0))
        section = "import-dead-letters" if "imports" in queue else "dead-letters"
        if waiting:
            return ill(title, f"{waiting} were given up. See the dead-letter page in the admin.", section)
        return well(title)
    redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
    if not redrive.get("deadLetterTargetArn", "").endswith(f":{queue}-dead"):
        return ill(title, f"what always fails would come for ever: it has no dead-letter queue. {AGAIN}")
    if names.originals_bucket not in attributes.get("Policy", ""):
        return ill(title, f"its policy does not let S3 speak to it: photos stay in processing. {AGAIN}")
    return well(title)


def _visibility(sqs: Any, functions: Any, url: str, function: str) -> Finding:
    queue = url.rsplit("/", 1)[-1]
    title = f"visibility of {queue}"
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    visibility = int(found["Attributes"]["VisibilityTimeout"])
    timeout = functions.get_function_configuration(FunctionName=function)["Timeout"]
    if visibility < VISIBILITY_FACTOR * timeout:
        return ill(
            title,
            f"{visibility} s is less than {VISIBILITY_FACTOR} times the function's {timeout} s, so photos "
            f"are taken twice and given up early. {AGAIN}",
        )
    return well(title)


def _function(functions: Any, title: str, function: str) -> Finding:
    found = functions.get_function_configuration(FunctionName=function)
    state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
    if state == "Failed" or update == "Failed":
        why = found.get("StateReason") or found.get("LastUpdateStatusReason") or "AWS does not say why"
        return ill(title, f"it cannot run: {why}. {AGAIN}")
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
        advice = "it is switched off, so nothing is taken from the queue. Enable it, or run: make deploy"
        return ill(title, advice, "queue-age")
    return well(title)
