"""Stands in for AWS CLI, so that a test may run a document's commands: ``python -m`` this, as ``aws``.

It takes what the documents use: ``aws SERVICE OPERATION --option value …``, with values as plain text, JSON,
``name=value`` or ``file://``, ``--query`` and ``--output text``. botocore checks each option and its type.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name

ENDPOINT_OPTION = {("sns", "subscribe"): {"notification-endpoint": "Endpoint"}}
"""AWS CLI keeps ``--endpoint`` to itself."""


def options_of(words: list[str]) -> dict[str, list[str]]:
    """Return the values that follow each option."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word.removeprefix("--")] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def value_of(shape: Any, words: list[str]) -> Any:
    """Return the value of an option as its shape wants it."""
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "list":
        return words
    (word,) = words
    if word.startswith("file://"):
        word = Path(word.removeprefix("file://")).read_text()
    if shape.type_name in {"map", "structure"}:
        return json.loads(word) if word.startswith("{") else shorthand(word)
    return word


def shorthand(words: str) -> dict[str, str]:
    """Return what ``name=value,name='value with, commas'`` says."""
    return {
        name: quoted or plain for name, quoted, plain in re.findall(r"(\w+)=(?:'([^']*)'|([^,]*))", words)
    }


def text_of(found: Any) -> str:
    """Return an answer as ``--output text`` prints it."""
    if isinstance(found, list):
        return ("\n" if any(isinstance(part, list) for part in found) else "\t").join(map(text_of, found))
    return str(found)


def main(service: str, operation: str, *words: str) -> None:
    """Call the operation and print what was asked for."""
    options = options_of(list(words))
    query, output = options.pop("query", ["@"])[0], options.pop("output", ["json"])[0]
    client = boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    names = {xform_name(name): name for name in client.meta.service_model.operation_names}
    method = operation.replace("-", "_")
    shapes = client.meta.service_model.operation_model(names[method]).input_shape.members
    by_option = {xform_name(name, "-"): name for name in shapes} | ENDPOINT_OPTION.get(
        (service, operation), {}
    )
    arguments = {
        by_option[option]: value_of(shapes[by_option[option]], given) for option, given in options.items()
    }
    found = jmespath.search(query, getattr(client, method)(**arguments))
    sys.stdout.write((text_of(found) if output == "text" else json.dumps(found, default=str)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
