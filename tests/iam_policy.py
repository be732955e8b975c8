"""Evaluate IAM policies as AWS documents it: an explicit deny wins, then an allow is needed from each kind.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.templates import as_list

Document = Mapping[str, Any]
Context = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Request:
    """One action on one resource; the names in ``context`` are condition keys."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


def is_allowed(
    request: Request, policies: Sequence[Document], boundary: Sequence[Document] | None = None
) -> bool:
    """Return whether identity policies allow a request, and the permissions boundary if there is one."""
    everything = [*policies, *(boundary or [])]
    if any(_speaks(document, "Deny", request) for document in everything):
        return False
    allowed = any(_speaks(document, "Allow", request) for document in policies)
    if boundary is not None:
        allowed &= any(_speaks(document, "Allow", request) for document in boundary)
    return allowed


def _speaks(document: Document, effect: str, request: Request) -> bool:
    return any(
        statement["Effect"] == effect and applies(statement, request)
        for statement in as_list(document["Statement"])
    )


def applies(statement: Mapping[str, Any], request: Request) -> bool:
    """Return whether a statement speaks of this action, this resource and this context."""
    if "NotAction" in statement:
        of_action = not _any_like(statement["NotAction"], request.action, ignore_case=True)
    else:
        of_action = _any_like(statement["Action"], request.action, ignore_case=True)
    if "NotResource" in statement:
        of_resource = not _any_like(statement["NotResource"], request.resource)
    else:
        of_resource = _any_like(statement.get("Resource", "*"), request.resource)
    return of_action and of_resource and meets(statement.get("Condition", {}), request.context)


def meets(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Return whether every operator holds for every key."""
    known = {key.lower(): [str(item) for item in as_list_of(value)] for key, value in context.items()}
    return all(
        _holds(operator, known.get(key.lower()), [str(item) for item in as_list(wanted)])
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def as_list_of(value: str | Sequence[str]) -> list[str]:
    """Return the values of a context key, which may have several."""
    return [value] if isinstance(value, str) else list(value)


def _holds(operator: str, found: list[str] | None, wanted: list[str]) -> bool:
    """Return whether one operator holds.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    quantifier, _, plain = operator.rpartition(":")
    if_exists = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    if plain == "Null":
        return (found is None) == (wanted == ["true"])
    negated = "Not" in plain
    if found is None:
        # A missing key meets negated operators, IfExists and ForAllValues, and no other.
        return if_exists or (negated and not quantifier) or quantifier == "ForAllValues"

    def matches(value: str) -> bool:
        return any(_compare(plain.replace("Not", ""), value, pattern) for pattern in wanted)

    results = [matches(value) != negated for value in found]
    if quantifier == "ForAnyValue":
        return any(results)
    return all(results)


def _compare(operator: str, value: str, pattern: str) -> bool:
    if operator == "StringEquals":
        return value == pattern
    if operator in {"StringEqualsIgnoreCase", "Bool"}:
        return value.lower() == pattern.lower()
    if operator == "StringLike":
        return is_like(pattern, value)
    if operator in {"ArnLike", "ArnEquals"}:
        # Each of the six parts is compared by itself, so that a wildcard can't reach over a colon.
        patterns, values = pattern.split(":", 5), value.split(":", 5)
        return len(patterns) == len(values) and all(map(is_like, patterns, values))
    raise ValueError(f"unknown operator: {operator}")


def _any_like(patterns: str | Sequence[str], value: str, *, ignore_case: bool = False) -> bool:
    return any(is_like(pattern, value, ignore_case=ignore_case) for pattern in as_list(patterns))


def is_like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Return whether a value matches a pattern, in which only ``*`` and ``?`` are special."""
    return bool(_compiled(pattern, ignore_case).fullmatch(value))


@cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
