"""Read the CloudFormation templates as data."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from infra.provision import TEMPLATE_PATH


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their long forms: ``!Ref X`` as ``{"Ref": "X"}``."""


def _intrinsic(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _intrinsic)


@cache
def load(name: str) -> dict[str, Any]:
    """Return one of the templates in ``infra`` by its file name without the suffix."""
    text = TEMPLATE_PATH.with_name(f"{name}.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, Loader=Loader)  # a SafeLoader
    return loaded


def template() -> dict[str, Any]:
    """Return the main template."""
    return load("template")


def resources_of(kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of a type by their logical id."""
    return {name: found for name, found in template()["Resources"].items() if found["Type"] == kind}


def as_list(value: Any) -> list[Any]:
    """Return the items of a policy's element, which may be one value or a list."""
    return value if isinstance(value, list) else [value]
