"""A local run and a deployment schedule the same jobs."""

import json

from django.core.management import get_commands
from django.utils.module_loading import import_string

from infra.deploy import web_function
from infra.local.scheduler import JOBS
from infra.worker_zip import PROJECT

EVENTS = json.loads((PROJECT / "zappa_settings.json").read_text())["common"]["events"]


def test_schedules__of_deployment_and_local_run_match():
    assert {event["function"].rpartition(".")[2] for event in EVENTS} == set(JOBS)


def test_schedules__name_existing_jobs():
    assert set(JOBS) <= set(get_commands())
    assert all(callable(import_string(event["function"])) for event in EVENTS)


def test_schedules__of_a_stage_differ_only_in_rate():
    (sweep, send) = web_function._events(1)
    assert [sweep["function"], send["function"]] == [event["function"] for event in EVENTS]
    assert {sweep["expression"], send["expression"]} == {"rate(1 minute)"}
