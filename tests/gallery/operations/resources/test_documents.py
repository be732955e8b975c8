"""Doctor's constants match the templates, the settings and the runbook."""

from __future__ import annotations

import ast
import json

from gallery.operations.resources import buckets, functions, queues
from gallery.operations.resources.inspection import RESTORE_SECTION
from gallery.operations.resources.monitoring import ALARMS, JOBS
from infra.worker_zip import PROJECT
from tests.templates import load, resources_of


class TestDocuments:
    def test_alarms__are_those_of_the_template(self) -> None:
        made = [
            resource["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("contactsheet-${Stage}-")
            for resource in load("watch")["Resources"].values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        ]
        assert sorted(made) == sorted(ALARMS)

    def test_jobs__are_those_of_the_template(self) -> None:
        rules = [
            found["Properties"]
            for found in load("schedules")["Resources"].values()
            if found["Type"] == "AWS::Events::Rule"
        ]
        commands = [json.loads(rule["Targets"][0]["Input"])["command"] for rule in rules]
        assert sorted(command.rsplit(".", 1)[1] for command in commands) == sorted(JOBS)

    def test_queues_and_mappings__are_those_of_the_template(self) -> None:
        for made in resources_of("AWS::SQS::Queue").values():
            is_dead = made["Properties"]["QueueName"]["Fn::Sub"].endswith("-dead")
            kept = queues.DEAD_RETENTION_SECONDS if is_dead else queues.RETENTION_SECONDS
            assert made["Properties"]["MessageRetentionPeriod"] == kept
        for made in resources_of("AWS::Lambda::EventSourceMapping").values():
            assert made["Properties"]["BatchSize"] == functions.BATCH_SIZE

    def test_rights_and_memory_of_workers__are_those_of_the_template(self) -> None:
        made = load("template")["Resources"]
        for kind, role, function in (
            ("thumbworker", "WorkerRole", "WorkerFunction"),
            ("imports", "ImportsRole", "ImportsFunction"),
        ):
            (policy,) = made[role]["Properties"]["Policies"]
            assert functions._allowed(policy["PolicyDocument"]) == functions.RIGHTS[kind]
            assert made[function]["Properties"]["MemorySize"] == functions.LEAST_MEMORY_MB[kind]
            variables = made[function]["Properties"]["Environment"]["Variables"]
            assert functions.VARIABLES.keys() <= set(variables)

    def test_events_of_the_bucket__are_those_of_the_template(self) -> None:
        properties = resources_of("AWS::S3::Bucket")["OriginalsBucket"]["Properties"]
        made = {
            (rule["Value"], entry["Event"].split(":")[1]): entry["Queue"]["Fn::GetAtt"][0].lower()
            for entry in properties["NotificationConfiguration"]["QueueConfigurations"]
            for rule in entry["Filter"]["S3Key"]["Rules"]
        }
        assert made == {what: f"{queue}queue" for what, queue in buckets.NOTIFICATIONS.items()}

    def test_sections__are_in_the_runbook(self) -> None:
        runbook = (PROJECT / "docs" / "runbook.md").read_text()
        sections = {*ALARMS, RESTORE_SECTION, *sections_named_in_the_code()}
        assert {"A secret leaked", "queue-age", "web-errors"} <= sections
        for section in sections:
            assert f"\n## {section}\n" in runbook


def sections_named_in_the_code() -> set[str]:
    """Return the third argument of each call of ``broken`` that has one."""
    sources = [
        *(PROJECT / "gallery" / "operations").rglob("*.py"),
        *(PROJECT / "infra" / "deploy").rglob("*.py"),
    ]
    return {
        call.args[2].value
        for source in sources
        for call in ast.walk(ast.parse(source.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "broken"
        if len(call.args) > 2 and isinstance(call.args[2], ast.Constant)
    }
