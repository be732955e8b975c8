"""Looks at what watches, who is told, and what is started by the clock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, apart, bearable, ill, well
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
TOLD = "whom alarms tell"
JOBS = ("sweep", "send_notifications")


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    if not names.web_function:
        yield "alarms", lambda: apart("alarms", "none where one machine runs it all")
        return
    cloudwatch = clients.client("cloudwatch")
    yield "alarms", partial(_alarms, cloudwatch, names)
    yield "dashboard", partial(_dashboard, cloudwatch, names)
    if names.operator_topic_arn:
        yield TOLD, partial(_told, clients.client("sns"), names)
    if names.budget:
        yield "budget", partial(_budget, clients.client("budgets"), names)
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


def _dashboard(cloudwatch: Any, names: Names) -> Finding:
    cloudwatch.get_dashboard(DashboardName=f"contactsheet-{names.stage}")
    return well("dashboard")


def _told(sns: Any, names: Names) -> Finding:
    """See that somebody hears of alarms: AWS tells no address that has not confirmed."""
    found = sns.get_topic_attributes(TopicArn=names.operator_topic_arn)["Attributes"]
    if int(found["SubscriptionsConfirmed"]):
        return well(TOLD)
    if int(found["SubscriptionsPending"]):
        return ill(TOLD, "nobody yet. AWS has sent a mail with a link to OPERATOR_EMAIL: open it to confirm.")
    return bearable(TOLD, f"nobody. To be told, run: make deploy STAGE={names.stage} OPERATOR_EMAIL=…")


def _budget(budgets: Any, names: Names) -> Finding:
    budgets.describe_budget(AccountId=names.account, BudgetName=names.budget)
    return well("budget")


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
