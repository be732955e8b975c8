"""A local run and a deployment schedule the same jobs, and only by CloudFormation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import get_commands
from django.utils.module_loading import import_string

from gallery.operations.resources import monitoring
from infra.commands import CommandError
from infra.deploy import schedules
from infra.deploy.choices import CHOICES
from infra.deploy.options import Options
from infra.local.scheduler import JOBS
from infra.worker_zip import PROJECT
from tests.templates import load

TEMPLATE = load("schedules")
RULES = {
    name: found["Properties"]
    for name, found in TEMPLATE["Resources"].items()
    if found["Type"] == "AWS::Events::Rule"
}


def target_of(rule: str) -> dict[str, Any]:
    (target,) = RULES[rule]["Targets"]
    return dict(target)


def job_of(rule: str) -> str:
    """Return what the rule starts, as Zappa's handler reads it."""
    event = json.loads(target_of(rule)["Input"])
    assert set(event) == {"command"}
    return str(event["command"])


def test_schedules__of_deployment_and_local_run_match() -> None:
    assert {job_of(rule).rpartition(".")[2] for rule in RULES} == set(JOBS)


def test_schedules__name_existing_jobs() -> None:
    assert set(JOBS) <= set(get_commands())
    assert all(callable(import_string(job_of(rule))) for rule in RULES)


def test_zappa__schedules_nothing() -> None:
    """It passes the function's role to EventBridge, which AWS refuses, and clears the function's policy."""
    for stage in json.loads((PROJECT / "zappa_settings.json").read_text()).values():
        assert "events" not in stage
        assert stage.get("keep_warm", False) is False


@pytest.mark.parametrize("rule", RULES)
def test_rule__is_named_as_doctor_looks_for_it(rule: str) -> None:
    job = job_of(rule).rpartition(".")[2]
    assert RULES[rule]["Name"]["Fn::Sub"].replace("${Stage}", "dev") == monitoring.rule_of("dev", job)
    assert job in monitoring.JOBS


@pytest.mark.parametrize("rule", RULES)
def test_rule__may_start_the_function_and_needs_no_role(rule: str) -> None:
    assert "RoleArn" not in RULES[rule]
    assert "RoleArn" not in target_of(rule)
    (permission,) = [
        found["Properties"]
        for found in TEMPLATE["Resources"].values()
        if found["Type"] == "AWS::Lambda::Permission"
        and found["Properties"]["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}
    ]
    assert (permission["Action"], permission["Principal"]) == (
        "lambda:InvokeFunction",
        "events.amazonaws.com",
    )
    assert target_of(rule)["Arn"]["Fn::Sub"].endswith(f":function:{permission['FunctionName']['Fn::Sub']}")


@pytest.mark.parametrize("rule", RULES)
def test_rule__keeps_what_it_could_not_start(rule: str) -> None:
    target = target_of(rule)
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 2}
    (queue, _) = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"]
    (sends, _) = TEMPLATE["Resources"]["LostStartsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert sends["Resource"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert {"Fn::GetAtt": [rule, "Arn"]} in sends["Condition"]["ArnEquals"]["aws:SourceArn"]


@pytest.mark.parametrize(
    ("given", "minutes", "mail_minutes", "state"),
    [
        ({}, "5", "1", "ENABLED"),
        ({"SWEEP_MINUTES": "1"}, "1", "1", "ENABLED"),
        ({"SWEEP_MINUTES": "10"}, "10", "10", "ENABLED"),
        ({"SCHEDULES": "on"}, "5", "1", "ENABLED"),
        ({"SCHEDULES": "OFF", "SWEEP_MINUTES": "720"}, "720", "720", "DISABLED"),
    ],
)
def test_choices__become_parameters(
    given: dict[str, str], minutes: str, mail_minutes: str, state: str
) -> None:
    found = schedules.parameters(Options.read("dev", given))
    assert (found["Minutes"], found["MailMinutes"], found["State"]) == (minutes, mail_minutes, state)
    assert found.keys() <= TEMPLATE["Parameters"].keys()


def test_choice__neither_on_nor_off_is_named() -> None:
    with pytest.raises(CommandError, match="SCHEDULES='maybe'"):
        Options.read("dev", {"SCHEDULES": "maybe"})


@pytest.mark.parametrize("rule", RULES)
def test_rate__of_one_minute_is_singular(rule: str) -> None:
    """EventBridge refuses ``rate(1 minutes)``."""
    condition, one, more = RULES[rule]["ScheduleExpression"]["Fn::If"]
    parameter = TEMPLATE["Conditions"][condition]["Fn::Equals"][0]["Ref"]
    assert parameter == {"Sweep": "Minutes", "SendNotifications": "MailMinutes"}[rule]
    assert TEMPLATE["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, 1]}
    assert (one, more) == ("rate(1 minute)", {"Fn::Sub": f"rate(${{{parameter}}} minutes)"})
    assert RULES[rule]["State"] == {"Ref": "State"}


def test_rules_of_zappa__are_removed(moto_aws: Any) -> None:
    events, functions = moto_aws.client("events"), moto_aws.client("lambda")
    name = moto_aws.outputs.worker_function_name
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    made_by_zappa = f"{name}-sweep-gallery.operations.jobs.sweep"
    for rule in (made_by_zappa, "contactsheet-test-sweep", "of-someone-else"):
        events.put_rule(Name=rule, ScheduleExpression="rate(5 minutes)")
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    assert schedules.remove_those_of_zappa(moto_aws, name) == [made_by_zappa]
    left = {rule["Name"] for rule in events.list_rules()["Rules"]}
    assert left == {"contactsheet-test-sweep", "of-someone-else"}
    assert schedules.remove_those_of_zappa(moto_aws, name) == []


def test_documents__stop_the_sweep_by_the_choice_of_a_deployment() -> None:
    """A rule disabled by hand is drift, which the next deployment puts back: in the middle of a restore."""
    texts = {path.name: path.read_text() for path in (PROJECT / "docs").glob("*.md")}
    assert [name for name, text in texts.items() if "disable-rule" in text] == []
    for name in ("backup.md", "runbook.md"):
        assert "`make deploy STAGE=… SCHEDULES=off`" in texts[name]
    assert "SCHEDULES" in {choice.name for choice in CHOICES}
