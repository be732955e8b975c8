"""Checks of alarms and their subscribers, the dashboard, the budget and the schedules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, note, ok, skipped
from gallery.operations.resources.inspection import RESTORE

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
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
        "stores-unavailable",
    }
)
"""Those of ``infra/watch.yaml``, which are also sections of the runbook (a test compares all three)."""
JOBS = ("sweep", "send_notifications")


def rule_of(stage: str, job: str) -> str:
    """Return the name of the rule in ``infra/schedules.yaml`` that starts a job."""
    return f"contactsheet-{stage}-{job.replace('_', '-')}"


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    if not names.web_function:
        yield "alarms", lambda title: skipped(title, "a local gallery has none")
        return
    cloudwatch = clients.client("cloudwatch")
    yield "alarms", partial(_alarms, cloudwatch, names)
    yield "dashboard", partial(_dashboard, cloudwatch, names)
    if names.operator_topic_arn:
        yield "alarm subscribers", partial(_subscribers, clients.client("sns"), names)
    if names.budget:
        yield "budget", partial(_budget, clients.client("budgets"), names)
    events, functions = clients.client("events"), clients.client("lambda")
    for job in JOBS:
        yield f"schedule of {job}", partial(_schedule, events, functions, names, job)


def _alarms(cloudwatch: Any, names: Names, title: str) -> Finding:
    prefix = f"contactsheet-{names.stage}-"
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix=prefix).get("MetricAlarms", [])
    states = {alarm["AlarmName"].removeprefix(prefix): alarm.get("StateValue") for alarm in alarms}
    if missing := sorted(ALARMS - states.keys()):
        return broken(title, f"missing: {', '.join(missing)}. {RESTORE}")
    silent = {alarm["AlarmName"] for alarm in alarms if not alarm.get("ActionsEnabled", True)} & {
        f"{prefix}{name}" for name in ALARMS
    }
    if silent:
        named = " ".join(sorted(silent))
        return broken(
            title,
            "their actions are disabled, so they tell no one. "
            f"Run: aws cloudwatch enable-alarm-actions --alarm-names {named}",
            min(silent).removeprefix(prefix),
        )
    if active := sorted(name for name in ALARMS if states[name] == "ALARM"):
        return broken(title, f"in alarm: {', '.join(active)}.", active[0])
    return ok(title)


def _dashboard(cloudwatch: Any, names: Names, title: str) -> Finding:
    cloudwatch.get_dashboard(DashboardName=names.dashboard or f"contactsheet-{names.stage}")
    return ok(title)


def _subscribers(sns: Any, names: Names, title: str) -> Finding:
    """Check that alarms have a subscriber: AWS sends nothing to an unconfirmed address."""
    attributes = sns.get_topic_attributes(TopicArn=names.operator_topic_arn)["Attributes"]
    if int(attributes["SubscriptionsConfirmed"]):
        return ok(title)
    if int(attributes["SubscriptionsPending"]):
        return broken(title, "not confirmed. AWS has emailed a link to OPERATOR_EMAIL: open it to confirm.")
    return note(title, f"none. To get alarms, run: make deploy STAGE={names.stage} OPERATOR_EMAIL=…")


def _budget(budgets: Any, names: Names, title: str) -> Finding:
    budgets.describe_budget(AccountId=names.account, BudgetName=names.budget)
    return ok(title)


def _schedule(events: Any, functions: Any, names: Names, job: str, title: str) -> Finding:
    arn = functions.get_function_configuration(FunctionName=names.web_function)["FunctionArn"]
    name = rule_of(names.stage, job)
    if name not in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]:
        return broken(title, f"no schedule starts this job. {RESTORE}")
    if events.describe_rule(Name=name).get("State") != "ENABLED":
        advice = (
            f"Run: aws events enable-rule --name {name}, or after SCHEDULES=off: make deploy SCHEDULES=on"
        )
        return broken(title, f"it is disabled. {advice}", "sweep-gone")
    return ok(title)
