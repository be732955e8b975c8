"""A stage's choices, kept in SSM as one parameter of JSON, beside its secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.commands import CommandError
from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDARD_BYTES, MAXIMUM_BYTES = 4096, 8192
"""Limits of a standard and of an advanced parameter."""


@dataclass(frozen=True, slots=True)
class KeptChoices:
    """The choices of one stage, by name."""

    ssm: Any
    stage: str

    @property
    def name(self) -> str:
        """Return the parameter's name."""
        return f"/contactsheet/{self.stage}/choices"

    def read(self) -> dict[str, str]:
        """Return the choices that were made; one that this version doesn't know is kept as it is.

        Raises:
            CommandError: the parameter was changed by hand and holds no choices.
        """
        text = ""
        with ignoring("ParameterNotFound"):
            text = str(self.ssm.get_parameter(Name=self.name)["Parameter"]["Value"])
        if not text:
            return {}
        try:
            found = json.loads(text)
            return {str(name): str(value) for name, value in found.items()}
        except (ValueError, AttributeError) as error:
            raise CommandError(
                f"{self.name} in SSM holds no choices: {error}. Delete it and give your choices again."
            ) from error

    def keep(self, chosen: Mapping[str, str], known: frozenset[str]) -> bool:
        """Store the choices, and leave those that aren't ``known``; return whether anything changed.

        Raises:
            CommandError: they are longer than a parameter may be.
        """
        before = self.read()
        after = {name: value for name, value in before.items() if name not in known} | dict(chosen)
        if after == before:
            return False
        text = json.dumps(after, sort_keys=True)
        size_bytes = len(text.encode())
        if size_bytes > MAXIMUM_BYTES:
            raise CommandError(f"The choices take {size_bytes} bytes; SSM keeps {MAXIMUM_BYTES:,}.")
        # An advanced parameter can't become a standard one again.
        tier = {"Tier": "Advanced"} if size_bytes > STANDARD_BYTES else {}
        self.ssm.put_parameter(Name=self.name, Value=text, Type="String", Overwrite=True, **tier)
        return True

    def forget(self) -> None:
        """Remove the choices."""
        with ignoring("ParameterNotFound"):
            self.ssm.delete_parameter(Name=self.name)
