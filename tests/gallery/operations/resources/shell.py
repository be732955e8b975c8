"""Run AWS CLI commands from documents through boto3, parsed by botocore's service models."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from botocore import xform_name

if TYPE_CHECKING:
    from botocore.model import Shape

    from tests.aws import EnforcedAws

SERVICES = {"s3api": "s3"}


def run_command(aws: EnforcedAws, command: str) -> Any:
    """Run ``aws SERVICE OPERATION --option value …`` and return the response."""
    program, service, operation, *words = shlex.split(command)
    assert program == "aws"
    client = aws.client(SERVICES.get(service, service))
    name = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
    members = {f"--{xform_name(member, '-')}": (member, found) for member, found in shape.members.items()}
    given: dict[str, Any] = {}
    option = ""
    for word in words:
        if word.startswith("--"):
            option = word
            member, found = members[option]  # KeyError if the operation lacks the option
            given[member] = True if found.type_name == "boolean" else []
        else:
            given[members[option][0]].append(word)
    for member, found in members.values():
        if isinstance(given.get(member), list):
            given[member] = _value(found, given[member])
    return getattr(client, name)(**given)


def _value(shape: Shape, words: list[str]) -> Any:
    if shape.type_name == "list":
        return words
    (word,) = words
    if word.startswith("{"):
        return json.loads(word)
    if shape.type_name in {"structure", "map"}:
        pairs = dict(pair.split("=", 1) for pair in word.split(","))
        return {key: {"true": True, "false": False}.get(value, value) for key, value in pairs.items()}
    return int(word) if shape.type_name in {"integer", "long"} else word
