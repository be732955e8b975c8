"""Checks of the queues: policies, redrive, retention, visibility and dead letters."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok
from gallery.operations.resources.inspection import RESTORE

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
    from gallery.operations.resources.names import Names

VISIBILITY_FACTOR = 6
"""The visibility that Lambda asks for, in timeouts of the function."""
RETENTION_SECONDS = 4 * 24 * 3600
DEAD_RETENTION_SECONDS = 14 * 24 * 3600
"""How long messages are kept, as in ``infra/template.yaml`` (a test compares them)."""


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    sqs, functions = clients.client("sqs"), clients.client("lambda")
    for url in names.queue_urls:
        queue = name_of(url)
        if _is_dead(queue):
            yield f"queue {queue}", partial(_dead_letter_queue, sqs, url)
        else:
            yield f"queue {queue}", partial(_source_queue, sqs, url, names)
        yield f"retention of {queue}", partial(_retention, sqs, url)
        if function := names.worker_functions.get(queue):
            yield f"visibility of {queue}", partial(_visibility, sqs, functions, url, function)


def name_of(url: str) -> str:
    """Return the name of a queue.

    >>> name_of("https://sqs.eu-central-1.amazonaws.com/123456789012/contactsheet-dev-imports")
    'contactsheet-dev-imports'
    """
    return url.rsplit("/", 1)[-1]


def _is_dead(queue: str) -> bool:
    return queue.endswith("-dead")


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    attributes: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes


def _source_queue(sqs: Any, url: str, names: Names, title: str) -> Finding:
    queue = name_of(url)
    attributes = _attributes(sqs, url)
    redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
    if not redrive.get("deadLetterTargetArn", "").endswith(f":{queue}-dead"):
        return broken(title, f"it has no dead-letter queue, so failing messages never leave it. {RESTORE}")
    if names.originals_bucket not in attributes.get("Policy", ""):
        return broken(title, f"its policy does not let S3 send to it: photos stay in processing. {RESTORE}")
    return ok(title)


def _dead_letter_queue(sqs: Any, url: str, title: str) -> Finding:
    queue = name_of(url)
    waiting = int(_attributes(sqs, url).get("ApproximateNumberOfMessages", 0))
    if waiting:
        section = "import-dead-letters" if "imports" in queue else "dead-letters"
        return broken(title, f"dead letters: {waiting}. See the dead-letter page in the admin.", section)
    return ok(title)


def _retention(sqs: Any, url: str, title: str) -> Finding:
    queue = name_of(url)
    expected_seconds = DEAD_RETENTION_SECONDS if _is_dead(queue) else RETENTION_SECONDS
    actual_seconds = int(_attributes(sqs, url)["MessageRetentionPeriod"])
    if actual_seconds != expected_seconds:
        days = expected_seconds // (24 * 3600)
        return broken(
            title,
            f"messages are kept for {actual_seconds} s instead of {expected_seconds} ({days} days). "
            f"{RESTORE}",
        )
    return ok(title)


def _visibility(sqs: Any, functions: Any, url: str, function: str, title: str) -> Finding:
    visibility_seconds = int(_attributes(sqs, url)["VisibilityTimeout"])
    timeout_seconds = functions.get_function_configuration(FunctionName=function)["Timeout"]
    if visibility_seconds < VISIBILITY_FACTOR * timeout_seconds:
        return broken(
            title,
            f"{visibility_seconds} s is less than {VISIBILITY_FACTOR} times the function's "
            f"{timeout_seconds} s, so photos are received twice and fail early. {RESTORE}",
        )
    return ok(title)
