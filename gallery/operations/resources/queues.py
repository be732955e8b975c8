"""Looks at the queues: who may speak to them, how long they keep what, and what was given up."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, ill, well
from gallery.operations.resources.looking import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names

VISIBILITY_FACTOR = 6
"""The visibility that Lambda asks for, in timeouts of the function."""
RETENTION_SECONDS = 4 * 24 * 3600
DEAD_RETENTION_SECONDS = 14 * 24 * 3600
"""How long messages are kept, as in ``infra/template.yaml`` (a test holds both)."""


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    sqs, functions = clients.client("sqs"), clients.client("lambda")
    for url in names.queue_urls:
        queue = name_of(url)
        yield f"queue {queue}", partial(_dead if queue.endswith("-dead") else _live, sqs, url, names)
        yield f"retention of {queue}", partial(_retention, sqs, url)
        if function := names.worker_functions.get(queue):
            yield f"visibility of {queue}", partial(_visibility, sqs, functions, url, function)


def name_of(url: str) -> str:
    """Return the name of a queue.

    >>> name_of("https://sqs.eu-central-1.amazonaws.com/123456789012/contactsheet-dev-imports")
    'contactsheet-dev-imports'
    """
    return url.rsplit("/", 1)[-1]


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def _live(sqs: Any, url: str, names: Names) -> Finding:
    queue = name_of(url)
    title = f"queue {queue}"
    attributes = _attributes(sqs, url)
    redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
    if not redrive.get("deadLetterTargetArn", "").endswith(f":{queue}-dead"):
        return ill(title, f"what always fails would come for ever: it has no dead-letter queue. {AGAIN}")
    if names.originals_bucket not in attributes.get("Policy", ""):
        return ill(title, f"its policy does not let S3 speak to it: photos stay in processing. {AGAIN}")
    return well(title)


def _dead(sqs: Any, url: str, _names: Names) -> Finding:
    queue = name_of(url)
    title = f"queue {queue}"
    waiting = int(_attributes(sqs, url).get("ApproximateNumberOfMessages", 0))
    if waiting:
        section = "import-dead-letters" if "imports" in queue else "dead-letters"
        return ill(title, f"{waiting} were given up. See the dead-letter page in the admin.", section)
    return well(title)


def _retention(sqs: Any, url: str) -> Finding:
    queue = name_of(url)
    title = f"retention of {queue}"
    wanted = DEAD_RETENTION_SECONDS if queue.endswith("-dead") else RETENTION_SECONDS
    found = int(_attributes(sqs, url)["MessageRetentionPeriod"])
    if found != wanted:
        days = wanted // (24 * 3600)
        return ill(title, f"messages are kept for {found} s instead of {wanted} ({days} days). {AGAIN}")
    return well(title)


def _visibility(sqs: Any, functions: Any, url: str, function: str) -> Finding:
    title = f"visibility of {name_of(url)}"
    visibility = int(_attributes(sqs, url)["VisibilityTimeout"])
    timeout = functions.get_function_configuration(FunctionName=function)["Timeout"]
    if visibility < VISIBILITY_FACTOR * timeout:
        return ill(
            title,
            f"{visibility} s is less than {VISIBILITY_FACTOR} times the function's {timeout} s, so photos "
            f"are taken twice and given up early. {AGAIN}",
        )
    return well(title)
