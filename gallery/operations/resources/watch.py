"""Looks at what watches and what is started by the clock: alarms and schedules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.findings import Finding, apart, ill, well
from gallery.operations.resources.looking import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names

ALARMS = frozenset(
    {
        "dead-letters",
        "import-dead-letters",
        "queue-age",
        "worker-errors",
        "worker-throttles",
        "worker-crashes",
        "failure-rate",
        "web-errors",
        "web-throttles",
        "sweep-gone",
        "sweep-stopped",
    }
)
"""Those of ``infra/watch.yaml``, which are also sections of the runbook (a test holds all three)."""
JOBS = ("sweep", "send_notifications")


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    if not names.web_function:
        yield "alarms", lambda: apart("alarms", "none where one machine runs it all")
        return
    yield "alarms", partial(_alarms, clients.client("cloudwatch"), names)
    events, functions = clients.client("events"), clients.client("lambda")
    for job in JOBS:
        yield f"schedule of {job}", partial(_schedule, events, functions, names, job)


def _alarms(cloudwatch: Any, names: Names) -> Finding:
    prefix = f"contactsheet-{names.stage}-"
    found = cloudwatch.describe_alarms(AlarmNamePrefix=prefix).get("MetricAlarms", [])
    states = {alarm["AlarmName"].removeprefix(prefix): alarm.get("StateValue") for alarm in found}
    if missing := sorted(ALARMS - states.keys()):
        return ill("alarms", f"not there: {', '.join(missing)}. {AGAIN}")
    if ringing := sorted(title for title in ALARMS if states[title] == "ALARM"):
        return ill("alarms", f"ringing: {', '.join(ringing)}.", ringing[0])
    return well("alarms")


def _schedule(events: Any, functions: Any, names: Names, job: str) -> Finding:
    title = f"schedule of {job}"
    arn = functions.get_function_configuration(FunctionName=names.web_function)["FunctionArn"]
    for name in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]:
        if not name.endswith(f"jobs.{job}"):
            continue
        rule = events.describe_rule(Name=name)
        if rule.get("State") == "ENABLED":
            return well(title)
        return ill(title, f"it is switched off. Run: aws events enable-rule --name {name}", "sweep-gone")
    return ill(title, f"nothing starts it. {AGAIN}", "sweep-gone")
