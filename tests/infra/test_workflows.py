"""The workflows grant nothing by default, pin what they use and run what a person runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yaml"))


def jobs(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())["jobs"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow__grants_nothing_and_pins_everything(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {}
    for job in jobs(path).values():
        assert "timeout-minutes" in job
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            # What somebody else wrote (a branch's name, a title) never becomes part of a script.
            assert "${{" not in step.get("run", "")


def test_workflows__run_targets_that_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for path in WORKFLOWS:
        for job in jobs(path).values():
            for step in job["steps"]:
                for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", "")):
                    assert f"\n{target}:" in makefile


def test_workflows__test_every_python() -> None:
    matrix = jobs(PROJECT / ".github" / "workflows" / "check.yaml")["test"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
