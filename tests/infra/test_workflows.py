"""The workflows grant no permissions by default, pin their actions and run make targets."""

from __future__ import annotations

import re
import shutil
import subprocess
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


def test_release__what_may_write_runs_none_of_our_code() -> None:
    release, files = jobs(DEPLOY)["release"], jobs(DEPLOY)["release-files"]
    assert release["needs"] == ["deploy", "release-files"]
    assert files["permissions"] == {"contents": "read"}
    assert files["if"] == "github.ref_type == 'tag'"
    assert {name.split("@")[0] for step in release["steps"] if (name := step.get("uses"))} == {
        "actions/download-artifact",
        "actions/attest-build-provenance",
    }
    assert all(step["run"].startswith("gh release create ") for step in release["steps"] if "run" in step)


def test_checkout__keeps_no_token_and_no_other_commit() -> None:
    checkouts = [
        step
        for path in WORKFLOWS
        for step in steps(path)
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * 7


def test_workflows__run_targets_that_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    run = {
        target
        for path in WORKFLOWS
        for step in steps(path)
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    expected = {
        "check",
        "check-templates",
        "audit",
        "test",
        "test-postgres",
        "rehearse",
        "deploy",
        "release-files",
    }
    assert run == expected
    assert all(f"\n{target}:" in makefile for target in run)


@pytest.mark.parametrize("job", ["test", "postgresql"])
def test_workflows__test_every_python_on_both_databases(job: str) -> None:
    matrix = jobs(CHECK)[job]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]


def test_dependabot__looks_at_all_that_is_pinned() -> None:
    updates = workflow(PROJECT / ".github" / "dependabot.yml")["updates"]
    found = {update["package-ecosystem"]: update["directory"] for update in updates}
    assert found == {"pip": "/requirements", "npm": "/", "github-actions": "/"}
    assert {update["schedule"]["interval"] for update in updates} == {"weekly"}
    assert "schedule" in triggers(FOLDER / "audit.yaml")


@pytest.mark.parametrize(
    ("fails", "named"),
    [
        ((), ""),
        (("requirements/web.txt",), "requirements/web.txt"),
        (("requirements/client.txt", "npm"), "requirements/client.txt package-lock.json"),
    ],
)
def test_audit__asks_about_every_lock_and_fails_if_one_fails(
    tmp_path: Path, fails: tuple[str, ...], named: str
) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "infra" / "setup").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    shutil.copy(PROJECT / "infra" / "setup" / "audit.sh", tmp_path / "infra" / "setup")
    locks = [path.name for path in (PROJECT / "requirements").glob("*.txt")]
    for name in locks:
        (tmp_path / "requirements" / name).touch()
    for program, named_by in ((".venv/bin/pip-audit", "${@: -1}"), (".venvs/node/bin/npm", "npm")):
        path = tmp_path / program
        path.parent.mkdir(parents=True)
        # The registries are out of reach of a test: these programs only write down how they were called.
        path.write_text(
            f'#!/bin/bash\necho "$0 $*" >> {asked}\n[[ " {" ".join(fails)} " != *" {named_by} "* ]]\n'
        )
        path.chmod(0o755)
    ended = subprocess.run(
        [tmp_path / "infra" / "setup" / "audit.sh"], capture_output=True, text=True, check=False
    )
    calls = asked.read_text().splitlines()
    python = [call for call in calls if "pip-audit" in call]
    assert {Path(call.split()[-1]).name for call in python} == set(locks)
    assert all({"--strict", "--require-hashes"} <= set(call.split()) for call in python)
    assert sum("npm audit" in call for call in calls) == 1
    assert (
        ended.returncode,
        ended.stderr.strip().removeprefix("Weaknesses are known, or could not be asked for, in: "),
    ) == (
        1 if fails else 0,
        named,
    )
