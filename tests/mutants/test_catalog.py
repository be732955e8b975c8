"""The list of mutants fits the tree: a moved line is noticed at once, not when the list next runs."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.catalog import ROOT, Mutant, load

MUTANTS = load()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant__matches_one_place(mutant: Mutant) -> None:
    broken = mutant.applied_to((ROOT / mutant.file).read_text())
    if mutant.file.endswith(".py"):
        ast.parse(broken)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant__names_tests_that_exist(mutant: Mutant) -> None:
    for test in mutant.tests:
        path, _, name = test.partition("::")
        functions = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        assert not name or name.partition("[")[0].rpartition("::")[2] in functions, test


def test_mutants__have_names_of_their_own() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)


def test_mutants__are_at_least_sixty() -> None:
    assert len(MUTANTS) >= 60
