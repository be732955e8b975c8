"""docs/client.md covers every command, option, exit status and reason code."""

from __future__ import annotations

import argparse
import re

import pytest
from django.urls import reverse

from contactsheet import credentials
from contactsheet.command_line import TOKENS_PAGE, parser
from contactsheet.exits import Exit
from infra.worker_zip import PROJECT

PAGE = (PROJECT / "docs" / "client.md").read_text()
SOURCES = "".join(path.read_text() for path in sorted((PROJECT / "client" / "contactsheet").rglob("*.py")))
# A string in the place of a reason: after a result's photo, or first in an exception.
GIVEN_REASONS = re.compile(
    r'(?:Refusal|NotSignedIn)\(\s*"([a-z_]+)"|(?:None, |reason=)"([a-z_]+)"|, "([a-z_]+)", (?:FILE|str)'
)


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


@pytest.mark.parametrize("name", commands())
def test_docs__describe_command_and_options(name: str) -> None:
    assert f"`contactsheet {name}" in PAGE
    options = {text for action in commands()[name]._actions for text in action.option_strings}
    assert {option for option in options - {"-h", "--help"} if option not in PAGE} == set()


def test_docs__explain_every_exit_status() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(map(int, table)) == set(map(int, Exit))


def test_docs__explain_every_reason() -> None:
    given = {reason for found in GIVEN_REASONS.findall(SOURCES) for reason in found if reason}
    assert {"file_changed", "not_taken", "name_taken", "address_not_encrypted"} <= given
    assert {reason for reason in given if f"`{reason}`" not in PAGE} == set()


def test_docs__name_the_sources_of_the_token() -> None:
    assert f"`{credentials.TOKEN_VARIABLE}`" in PAGE
    assert f"`{credentials.ADDRESS_VARIABLE}`" in PAGE
    assert reverse("tokens") == TOKENS_PAGE
    assert f"`{TOKENS_PAGE}`" in PAGE
