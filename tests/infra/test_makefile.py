"""The targets of ``make``, its help and the locked requirements."""

import re
import subprocess

import pytest

from infra.worker_zip import PROJECT

INNER = {f"environment-{name}" for name in ("dev", "local", "embedded", "templates")}
"""Steps of other targets, not for people."""


def targets():
    return set(re.findall(r"^([a-z][a-z-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def test_help__lists_every_target():
    said = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\S+) +\S", said, re.MULTILINE)) == targets() - INNER


def test_make__without_target_is_help():
    alone, named = (
        subprocess.run(["make", *words], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
        for words in ([], ["help"])
    )
    assert alone == named


def test_targets__are_phony():
    (phony,) = re.findall(r"^\.PHONY:((?:.*\\\n)*.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert set(phony.replace("\\", " ").split()) == targets()


@pytest.mark.parametrize("set_name", ["web", "worker", "local", "dev", "embedded", "node", "templates"])
def test_locked_sets__have_hashes_and_no_address(set_name):
    lock = (PROJECT / "requirements" / f"{set_name}.txt").read_text()
    packages = re.findall(r"^[a-z0-9].*==.*", lock, re.MULTILINE)
    assert packages
    assert all(line.endswith("\\") for line in packages)
    assert "://" not in lock
    assert "index-url" not in lock


def test_locked_sets__that_share_a_process_agree():
    """Web, worker and local use the versions that the tests run with."""
    pins = {
        name: dict(
            re.findall(
                r"^([a-z0-9._-]+)==(\S+)",
                (PROJECT / "requirements" / f"{name}.txt").read_text(),
                re.MULTILINE,
            )
        )
        for name in ("dev", "web", "worker", "local")
    }
    for name in ("web", "worker", "local"):
        assert pins[name].items() <= pins["dev"].items()


def test_test_postgres__runs_all_folders_with_a_database():
    """A test needs a database if it names one of pytest-django's fixtures or a running gallery."""
    using = re.compile(r"django_db|transactional_db|running_gallery|gallery_in|open_page")
    shown = subprocess.run(
        ["make", "--dry-run", "test-postgres"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    left_out = tuple(re.findall(r"--ignore (\S+)", shown))
    tried = (*re.findall(r"tests/\S+", shown), "tests/rehearsal")
    found = [
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "tests").rglob("test_*.py")
        if using.search(path.read_text()) and path != PROJECT / "tests" / "infra" / "test_makefile.py"
    ]
    assert len(found) > 50
    assert [path for path in found if path.startswith(left_out) or not path.startswith(tried)] == []
