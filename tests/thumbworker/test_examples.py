"""The examples in the worker's docstrings."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["contract.keys", "contract.events", "batch"])
def test_docstrings__examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"thumbworker.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
