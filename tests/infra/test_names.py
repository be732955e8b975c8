"""Tests are named ``test_<subject>__<case>``."""

from __future__ import annotations

import ast
import re

import pytest

from infra.words import PROJECT, tracked_files

NAME = re.compile(r"test(_[a-z0-9]+)+_(_[a-z0-9]+)+")


def misnamed(text: str) -> list[str]:
    """Return the names of test functions that don't follow the pattern."""
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not NAME.fullmatch(node.name)
    ]


def test_names__follow_the_pattern() -> None:
    paths = [path for path in tracked_files() if path.startswith("tests/") and path.endswith(".py")]
    found = {path: misnamed((PROJECT / path).read_text(encoding="utf-8")) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "name", ["test_list_works", "test__list", "test_list__", "test_a__b__c", "test_List__x"]
)
def test_names__other_pattern_is_found(name: str) -> None:
    assert misnamed(f"class TestList:\n    def {name}(self): ...\n") == [name]
