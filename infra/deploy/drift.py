"""Find what someone changed by hand, and put it back: roles, alarms and functions of the stage's stacks.

CloudFormation compares a template with the template before and not with what is there. So after each change
of a stack, what it made is written down in the bucket for code, and compared before the next deployment. A
stack that was changed since by something else than a deployment is not compared.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra import stacks
from infra.deploy import live_resources, web_function
from infra.deploy.account import ignoring
from infra.provision import artifacts_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.deploy.options import Options
    from infra.provision import Clients

PREFIX = "drift/"
PARTS = ("", "-schedules", "-watch")
"""The stacks with roles, alarms or functions."""


@dataclass(frozen=True, slots=True)
class Change:
    """A resource that is not as the last deployment left it, and its properties then."""

    kind: str
    name: str
    made: dict[str, Any]
    now: dict[str, Any] | None

    def lines(self) -> list[str]:
        """Return a line for each property that differs."""
        if self.now is None:
            return [f"{self.kind} {self.name}: gone"]
        return [f"{self.kind} {self.name}: {line}" for line in _differences(self.made, self.now)]


@dataclass(frozen=True, slots=True)
class Drift:
    """The stage's resources as its deployments left them."""

    clients: Clients
    options: Options

    @property
    def _bucket(self) -> str:
        return artifacts_bucket(self.clients, self.options.stage)

    def remember(self, stack_name: str) -> None:
        """Write down what the stack made, unless that was done since its last update."""
        stamp = self._stamp(stack_name)
        if (self._written(stack_name) or {}).get("stamp") == stamp:
            return
        made = [
            {"kind": kind, "name": name, "made": live_resources.read(self.clients, kind, name)}
            for kind, name in self._resources(stack_name)
        ]
        self._write(stack_name, {"stamp": stamp, "resources": made})

    def remember_variables(self, function_name: str) -> None:
        """Write down digests of a function's variables, which may be secrets."""
        self._write(function_name, {"variables": self._digests(function_name)})

    def find(self) -> list[Change]:
        """Return what is not as the last deployment left it."""
        return [
            change for part in PARTS for change in self._find_in(f"contactsheet-{self.options.stage}{part}")
        ]

    def _find_in(self, stack_name: str) -> Iterator[Change]:
        written = self._written(stack_name)
        if written is None or written["stamp"] != self._stamp(stack_name):
            return
        for found in written["resources"]:
            now = live_resources.read(self.clients, found["kind"], found["name"])
            if now != found["made"] and found["made"] is not None:
                yield Change(found["kind"], found["name"], found["made"], now)

    def changed_variables(self, function_name: str) -> list[str]:
        """Return the names of a function's variables that someone changed; a deployment sets them all."""
        before = (self._written(function_name) or {}).get("variables")
        now = self._digests(function_name)
        if before is None or now is None:
            return []
        return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))

    def put_back(self, say: Callable[[str], None]) -> None:
        """Say what was changed by hand, all of it first, and put it back."""
        changes, function = self.find(), self.options.function_name
        lines = [line for change in changes for line in change.lines()]
        lines += [f"function {function}: variable {name}" for name in self.changed_variables(function)]
        if not lines:
            return
        say("Changed by hand, and put back now:")
        for line in lines:
            say(f"  {line}")
        for change in changes:
            if not live_resources.put_back(self.clients, change.kind, change.name, change.made, change.now):
                say(f"{change.kind} {change.name} can't be made again here: see the runbook, Changed by hand")

    def _resources(self, stack_name: str) -> list[tuple[str, str]]:
        pages = self.clients.client("cloudformation").get_paginator("list_stack_resources")
        return [
            (live_resources.KINDS[found["ResourceType"]], str(found["PhysicalResourceId"]))
            for page in pages.paginate(StackName=stack_name)
            for found in page["StackResourceSummaries"]
            if found["ResourceType"] in live_resources.KINDS
        ]

    def _stamp(self, stack_name: str) -> str:
        """Return when the stack was last changed, or an empty string if it doesn't exist."""
        found = stacks.describe(self.clients.client("cloudformation"), stack_name) or {}
        return str(found.get("LastUpdatedTime") or found.get("CreationTime") or "")

    def _digests(self, function_name: str) -> dict[str, str] | None:
        found = web_function.configuration(self.clients, function_name)
        if found is None:
            return None
        variables = found.get("Environment", {}).get("Variables", {})
        return {name: hashlib.sha256(value.encode()).hexdigest() for name, value in variables.items()}

    def _written(self, name: str) -> dict[str, Any] | None:
        with ignoring("NoSuchKey", "NoSuchBucket", "404"):
            found = self.clients.client("s3").get_object(Bucket=self._bucket, Key=f"{PREFIX}{name}.json")
            written: dict[str, Any] = json.loads(found["Body"].read())
            return written
        return None

    def _write(self, name: str, content: dict[str, Any]) -> None:
        self.clients.client("s3").put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}{name}.json",
            Body=json.dumps(content).encode(),
            ContentType="application/json",
        )


def _differences(made: Any, now: Any, path: str = "") -> Iterator[str]:
    """Give a line for each value that differs, by its path."""
    if isinstance(made, dict) and isinstance(now, dict):
        for key in sorted(made.keys() | now.keys()):
            yield from _differences(made.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif made != now:
        yield f"{path}: {_short(now)}, was {_short(made)}"


def _short(value: Any) -> str:
    text = "none" if value is None else json.dumps(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
