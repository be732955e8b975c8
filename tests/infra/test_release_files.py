"""A release's files: the same from the same commit, and complete."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from infra.release_files import PARTS, PROJECT, build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TOOLS = {"dev", "embedded", "node", "templates"}
"""Of tests, checks and builds: nothing of them is in a release."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in build(tmp_path_factory.mktemp("release") / "files")}


def wheel_of(files: dict[str, Path]) -> Path:
    (wheel,) = (path for name, path in files.items() if name.endswith(".whl"))
    return wheel


def test_files__sums_are_of_all_and_right(files: dict[str, Path]) -> None:
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].read_text().splitlines())
    assert sums == {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if name != "SHA256SUMS"
    }
    assert len(sums) == 2 + len(PARTS) + 1


def test_parts__are_all_lock_files_but_those_of_tools() -> None:
    locks = {path.stem for path in (PROJECT / "requirements").glob("*.txt")}
    assert set(PARTS) == locks - TOOLS
    image = (PROJECT / "infra" / "worker.Dockerfile").read_text()
    assert set(re.findall(r"--requirement requirements/(\w+)\.txt", image)) <= set(PARTS)


def test_files__same_commit_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    again = {path.name: path for path in build(tmp_path / "again")}
    assert again["SHA256SUMS"].read_text() == files["SHA256SUMS"].read_text()


def test_wheel__has_the_command_and_its_modules(files: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheel_of(files)) as wheel:
        names = set(wheel.namelist())
    modules = {
        str(path.relative_to(PROJECT / "client")) for path in (PROJECT / "client/contactsheet").rglob("*.py")
    }
    assert modules <= names
    assert any(name.endswith("entry_points.txt") for name in names)


@pytest.mark.parametrize("part", PARTS)
def test_bill__names_every_locked_package_with_its_version(files: dict[str, Path], part: str) -> None:
    bill: dict[str, Any] = json.loads(files[f"{part}.cdx.json"].read_text())
    lock = (PROJECT / "requirements" / f"{part}.txt").read_text().splitlines()
    locked = {line.split(" ", 1)[0] for line in lock if "==" in line and not line.startswith(" ")}
    assert {f"{component['name']}=={component['version']}" for component in bill["components"]} == locked
    assert all(component["purl"].startswith("pkg:pypi/") for component in bill["components"])


def test_bill__browser_has_what_ships(files: dict[str, Path]) -> None:
    bill: dict[str, Any] = json.loads(files["browser.cdx.json"].read_text())
    ships = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    found = {
        component["purl"].removeprefix("pkg:npm/").replace("%40", "@") for component in bill["components"]
    }
    assert {f"{name}@{version}" for name, version in ships.items()} <= found
