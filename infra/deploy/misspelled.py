"""Point out variables that were meant as choices but are none."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from infra.commands import CommandError
from infra.deploy.choices import CHOICES
from infra.deploy.stage_secrets import GIVEN

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOSEN = (*(choice.name for choice in CHOICES), *GIVEN.values())
OTHERS = {"STAGE", "VERSION", "ARGS", "YES", "PYTHON", "CI", "EMPTY_CHOICES"}
"""Variables of the commands themselves."""
ELSEWHERE = ("AWS_", "PIP_", "MAKE")
"""Variables of AWS's SDK, of pip and of make."""
LIKENESS = 0.85
"""Of 1; ``SIGNUP`` and ``SIGN_UP`` are alike, ``HOSTNAME`` and ``DOMAIN_NAME`` are not."""


def refuse_unknown(environment: Mapping[str, str]) -> list[str]:
    """Return a note for each variable of the environment that is spelled almost like a choice.

    Raises:
        CommandError: make's command line has a variable that is no choice.
    """
    for name in sorted(_on_command_line(environment)):
        if name not in CHOSEN and name not in OTHERS and not name.startswith(ELSEWHERE):
            raise CommandError(f"{name} is no choice.{_suggestion(name)} Nothing was done.")
    return [
        f"{name} is no choice and was ignored.{suggestion}"
        for name in sorted(environment)
        if name not in CHOSEN and name not in OTHERS and (suggestion := _suggestion(name))
    ]


def _on_command_line(environment: Mapping[str, str]) -> set[str]:
    """Return the variables on make's command line, which it puts behind ``--`` in ``MAKEFLAGS``."""
    _, _, variables = f" {environment.get('MAKEFLAGS', '')}".partition(" -- ")
    # A blank in a value is escaped.
    return set(re.findall(r"(?:^|(?<!\\) )([A-Za-z_]\w*)=", variables))


def _suggestion(name: str) -> str:
    by_letters = {known.replace("_", ""): known for known in CHOSEN}
    found = get_close_matches(name.upper().replace("_", ""), by_letters, n=1, cutoff=LIKENESS)
    return f" Did you mean {by_letters[found[0]]}?" if found else ""
