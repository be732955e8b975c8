"""The worker's container image: its file by rules, and its steps as far as they go without Docker."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stage import ENVIRONMENT
from tests.templates import template

PROJECT = Path(__file__).resolve().parents[2]
FILE = PROJECT / "infra" / "worker.Dockerfile"
LOCK = PROJECT / "requirements" / "poller.txt"
CLOSED = "http://127.0.0.1:9"
"""An address without a listener."""
MODULES = {"PIL": "pillow", "pi_heif": "pi-heif", "cykooz_resizer": "cykooz-resizer"}
"""Locked names of modules that are named otherwise."""
POLLERS = {"thumbworker": "THUMBNAILS_QUEUE_URL", "thumbworker.imports": "IMPORTS_QUEUE_URL"}
NO_INDEX = re.compile("No matching distribution found|Failed to establish a new connection|Read timed out")


@dataclass(frozen=True)
class Step:
    """One instruction of the file."""

    name: str
    value: str


def steps() -> list[Step]:
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return [Step(*line.split(" ", 1)) for line in lines]


def values(name: str) -> list[str]:
    return [step.value for step in steps() if step.name == name]


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK.read_text(), flags=re.MULTILINE))


def test_file__has_no_registry_and_a_python_of_the_worker() -> None:
    (image,) = values("FROM")
    python = re.fullmatch(r"python:(3\.\d+)-slim", image)
    assert python, "a plain name, a version and the small variant"
    assert f"python{python[1]}" in template()["Parameters"]["WorkerRuntime"]["AllowedValues"]


def test_file__uses_known_instructions_in_the_order_of_change() -> None:
    names = [step.name for step in steps()]
    assert set(names) <= {"FROM", "WORKDIR", "ENV", "COPY", "RUN", "USER", "STOPSIGNAL", "CMD"}
    # Packages change less often than the code, and no step after USER needs to be root.
    assert names.index("RUN") < names.index("COPY", names.index("RUN"))
    assert names[-3:] == ["USER", "STOPSIGNAL", "CMD"]


def test_file__installs_locked_wheels_only() -> None:
    (install,) = [command for command in values("RUN") if "pip" in command]
    for option in ("--require-hashes", "--only-binary=:all:", "--no-cache-dir"):
        assert option in install.split()
    assert "://" not in FILE.read_text()


def test_file__runs_unprivileged() -> None:
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", values("USER")[0])


def test_file__stops_as_the_worker_does() -> None:
    assert values("STOPSIGNAL") == ["SIGTERM"]
    # As a list: a shell in between would not pass the signal on.
    assert json.loads(values("CMD")[0]) == ["python", "-m", "thumbworker"]


def test_context__is_what_the_file_copies() -> None:
    ignored = (FILE.with_name(f"{FILE.name}.dockerignore")).read_text().splitlines()
    copied = {value.split()[0] for value in values("COPY")}
    assert [line for line in ignored if line and line[0] not in "#!"] == ["*", "**/__pycache__"]
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert all((PROJECT / name).exists() for name in copied)


def test_lock__has_all_that_the_worker_imports() -> None:
    imported = set()
    for path in (PROJECT / "thumbworker").rglob("*.py"):
        tree = ast.parse(path.read_text())
        # What only the type checker imports is not needed to run.
        tree.body = [
            node
            for node in tree.body
            if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    outside = imported - set(sys.stdlib_module_names) - {"thumbworker"}
    assert {"boto3", "PIL"} <= outside
    assert {MODULES.get(name, name) for name in outside} <= set(locked())


def test_lock__has_the_versions_of_the_lambda() -> None:
    of_zip = dict(
        re.findall(
            r"^([a-z0-9-]+)==(\S+)",
            (PROJECT / "requirements" / "worker.txt").read_text(),
            flags=re.MULTILINE,
        )
    )
    assert of_zip.items() <= locked().items()
    # The Lambda runtime has it, and its data would double the zip.
    assert "boto3" not in of_zip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Carry out the COPY and RUN steps in a folder with a fresh environment; return it and its variables."""
    folder = tmp_path_factory.mktemp("image")
    venv.create(folder / ".venv", with_pip=True)
    variables = {"PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.defpath}", "HOME": str(folder)}
    for step in steps():
        if step.name == "COPY":
            source, target = step.value.split()
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            if (PROJECT / source).is_dir():
                shutil.copytree(
                    PROJECT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copyfile(PROJECT / source, folder / target)
        elif step.name == "RUN":
            done = subprocess.run(
                ["/bin/sh", "-c", step.value],
                cwd=folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
                timeout=280,
            )
            if NO_INDEX.search(done.stderr):
                pytest.skip("no package index can be reached")
            assert done.returncode == 0, done.stderr
    return folder, variables


@pytest.mark.slow
@pytest.mark.parametrize("module", POLLERS)
def test_steps__start_the_poller_until_it_is_stopped(built: tuple[Path, dict[str, str]], module: str) -> None:
    folder, variables = built
    running = subprocess.Popen(
        ["python", "-m", module],
        executable=folder / ".venv" / "bin" / "python",
        cwd=folder,
        env=variables | ENVIRONMENT | {POLLERS[module]: f"{CLOSED}/queue", "AWS_ENDPOINT_URL": CLOSED},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    try:
        assert '"outcome": "queue_unavailable"' in running.stdout.readline()
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    finally:
        running.kill()
        running.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize("module", POLLERS)
def test_steps__poller_says_what_it_lacks(built: tuple[Path, dict[str, str]], module: str) -> None:
    folder, variables = built
    done = subprocess.run(
        ["python", "-m", module],
        executable=folder / ".venv" / "bin" / "python",
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "ORIGINALS_BUCKET" in done.stderr
