"""The workflows grant no permissions by default, pin their actions and run make targets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yaml"))
CHECK, DEPLOY = FOLDER / "check.yaml", FOLDER / "deploy.yaml"


def workflow(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text())


def jobs(path: Path) -> dict[str, Any]:
    return workflow(path)["jobs"]


def triggers(path: Path) -> dict[str, Any]:
    return workflow(path)[True]  # "on" is true to YAML


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow__grants_nothing_and_pins_everything(path: Path) -> None:
    assert workflow(path)["permissions"] == {}
    for job in jobs(path).values():
        if "uses" in job:
            assert job["uses"].startswith("./.github/workflows/")
        else:
            assert "timeout-minutes" in job
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
        # Untrusted text (a branch name, a title) never becomes part of a script.
        assert "${{" not in step.get("run", "")


def test_actions__are_pinned_to_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        used = re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+ # v\d+\.\d+\.\d+)$", path.read_text(), re.MULTILINE)
        assert len(used) == sum("uses" in step for step in steps(path))
        for action, pin in used:
            pins.setdefault(action, set()).add(pin)
    assert {action: len(found) for action, found in pins.items()} == dict.fromkeys(pins, 1)


def test_pull_requests__see_no_secrets() -> None:
    assert set(triggers(CHECK)) == {"pull_request", "workflow_call"}
    assert "secrets." not in CHECK.read_text()
    for job in jobs(CHECK).values():
        assert job["permissions"] == {"contents": "read"}
        assert "environment" not in job


def test_deploy__runs_on_push_after_all_checks() -> None:
    assert triggers(DEPLOY) == {"push": {"branches": ["main"], "tags": ["v*"]}}
    deploy = jobs(DEPLOY)["deploy"]
    assert jobs(DEPLOY)[deploy["needs"]]["uses"] == "./.github/workflows/check.yaml"
    assert "secrets" not in jobs(DEPLOY)["check"]
    assert "if" not in deploy
    assert deploy["permissions"] == {"contents": "read", "id-token": "write"}
    assert jobs(DEPLOY)["release"]["needs"] == "deploy"


def test_checkout__keeps_no_token_and_no_other_commit() -> None:
    checkouts = [
        step
        for path in WORKFLOWS
        for step in steps(path)
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * 5


def test_workflows__run_targets_that_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    run = {
        target
        for path in WORKFLOWS
        for step in steps(path)
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert run == {"check", "check-templates", "test", "test-postgres", "rehearse", "deploy"}
    assert all(f"\n{target}:" in makefile for target in run)


@pytest.mark.parametrize("job", ["test", "postgresql"])
def test_workflows__test_every_python_on_both_databases(job: str) -> None:
    matrix = jobs(CHECK)[job]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]


def test_workflows__scan_deployed_packages_for_known_vulnerabilities() -> None:
    (audit,) = [step["run"] for step in steps(CHECK) if "pip-audit" in step.get("run", "")]
    assert {"requirements/web.txt", "requirements/worker.txt", "--require-hashes"} <= set(audit.split())
