"""Build the files of a release: the client's wheel, the worker's zip, and what each part consists of.

``python -m infra.release_files`` writes them to ``var/release/`` with their digests. The same commit gives
the same wheel and zip, so that anyone can compare them with the release's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from infra import worker_zip
from infra.commands import CommandError, run, say

PROJECT = worker_zip.PROJECT
FOLDER = PROJECT / "var" / "release"
PARTS = ("web", "function", "local", "worker", "poller", "client")
"""Lock files of what users run: the gallery, its Lambda function, the gallery on one machine, the zip of the
workers, their container image and the client."""


def build(folder: Path = FOLDER) -> list[Path]:
    """Build all files in an empty folder and return them.

    Raises:
        CommandError: a program that builds one of them failed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _wheel(folder)
    shutil.copyfile(worker_zip.build(), folder / "thumbworker.zip")
    for part in PARTS:
        _write_bill(folder / f"{part}.cdx.json", _python_packages(part))
    _write_bill(folder / "browser.cdx.json", _browser_packages())
    files = sorted(folder.iterdir())
    sums = folder / "SHA256SUMS"
    sums.write_text(
        "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    )
    return [*files, sums]


def _wheel(folder: Path) -> None:
    """Build the client's wheel with the locked setuptools. Its files have the commit's time."""
    committed = run(
        ["git", "log", "-1", "--format=%ct"], "Git doesn't say when this was committed.", folder=PROJECT
    )
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    # A copy, because setuptools writes its build into the source folder.
    source = folder / "client"
    shutil.copytree(
        PROJECT / "client", source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    )
    run(
        [*command, "--wheel-dir", str(folder), str(source)],
        "The client's wheel could not be built.",
        environment=os.environ | {"SOURCE_DATE_EPOCH": committed.strip()},
    )
    shutil.rmtree(source)


def _python_packages(part: str) -> dict[str, Any]:
    command = ["cyclonedx-py", "requirements", "--output-reproducible", f"requirements/{part}.txt"]
    beside_python = Path(sys.executable).with_name(command[0])
    bill: dict[str, Any] = json.loads(
        run(
            [str(beside_python), *command[1:]], f"The packages of {part} could not be listed.", folder=PROJECT
        )
    )
    return bill


def _browser_packages() -> dict[str, Any]:
    node = PROJECT / ".venvs" / "node" / "bin"
    path = os.pathsep.join((str(node), os.environ.get("PATH", os.defpath)))
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise CommandError("npm is missing. Run: make browser-files")
    command = [npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"]
    environment = os.environ | {"PATH": path}
    bill: dict[str, Any] = json.loads(
        run(command, "The browser's packages could not be listed.", folder=PROJECT, environment=environment)
    )
    return bill


def _write_bill(path: Path, bill: dict[str, Any]) -> None:
    """Write a software bill of materials without what differs between two runs."""
    bill.pop("serialNumber", None)
    bill.get("metadata", {}).pop("timestamp", None)
    for component in bill.get("components", []):
        # cyclonedx-py repeats the line of the lock file.
        component.pop("description", None)
    path.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")


def main() -> None:
    """Build the files and print their paths."""
    try:
        for path in build():
            say(str(path.relative_to(PROJECT)))
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
