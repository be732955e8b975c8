"""The schedules of a stage, which ``infra/schedules.yaml`` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from infra.deploy.options import Options
    from infra.provision import Clients

OFTEN_MINUTES = 5
"""A stage that sweeps less often wants its database to pause, and mails wait for the sweep."""
OF_ZAPPA = "-gallery.operations.jobs."
"""In the names of the rules that Zappa made for older deployments."""


def parameters(options: Options) -> dict[str, str]:
    """Return the parameters of ``infra/schedules.yaml``."""
    return {
        "Minutes": str(options.sweep_minutes),
        "MailMinutes": str(mail_minutes(options.sweep_minutes)),
        "State": "ENABLED" if options.schedules else "DISABLED",
        "RequireTls": str(not options.is_emulated).lower(),
    }


def mail_minutes(sweep_minutes: int) -> int:
    """Return the minutes between two runs of the emails.

    >>> [mail_minutes(sweep) for sweep in (1, 5, 6, 720)]
    [1, 1, 6, 720]
    """
    return 1 if sweep_minutes <= OFTEN_MINUTES else sweep_minutes


def remove_those_of_zappa(clients: Clients, function_name: str) -> list[str]:
    """Delete the rules by which Zappa started the same jobs; return their names."""
    events = clients.client("events")
    arn = clients.client("lambda").get_function_configuration(FunctionName=function_name)["FunctionArn"]
    rules = [
        name for name in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"] if OF_ZAPPA in name
    ]
    for name in rules:
        targets = events.list_targets_by_rule(Rule=name)["Targets"]
        events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
        with ignoring("ResourceNotFoundException"):
            events.delete_rule(Name=name)
    return rules
