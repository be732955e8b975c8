"""The examples in docstrings are true: what stands behind ``>>>`` gives what stands below."""

from __future__ import annotations

import doctest
import importlib
import re
from typing import TYPE_CHECKING

import pytest

from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("gallery", "thumbworker", "infra", "client/contactsheet", "bench", "tests")
MODULES = sorted(
    path.relative_to(PROJECT).with_suffix("")
    for folder in FOLDERS
    for path in (PROJECT / folder).rglob("*.py")
    if re.search(r"^\s*>>> ", path.read_text(), re.MULTILINE)
)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_examples__are_true(module: Path) -> None:
    tried = doctest.testmod(importlib.import_module(".".join(module.parts).removeprefix("client.")))
    assert tried.attempted
    assert not tried.failed


def test_modules__of_every_folder_with_examples_are_found() -> None:
    assert {module.parts[0] for module in MODULES} >= {"gallery", "thumbworker", "infra"}
