"""Resolve a template as CloudFormation does: parameters, conditions and intrinsic functions become values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.templates import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOTHING = object()
"""What ``AWS::NoValue`` leaves: the property is not there."""
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
NAMES = {
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{account}:role/{name}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "arn:aws:iam::{account}:policy/{name}"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::Events::Rule": ("Name", "arn:aws:events:{region}:{account}:rule/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{region}:{account}:log-group:{name}:*"),
}
"""Of each type, the property with the name and the form of the ARN."""
REFERS_BY_ARN = frozenset({"AWS::IAM::ManagedPolicy", "AWS::SNS::Topic"})


@dataclass(frozen=True)
class Resource:
    """A resource that the stack makes, with its properties resolved."""

    logical_id: str
    kind: str
    properties: dict[str, Any]
    arn: str


@dataclass
class Template:
    """A template with the values of its parameters."""

    body: Mapping[str, Any]
    stack: str
    given: Mapping[str, str]
    region: str = "eu-central-1"
    account: str = "123456789012"
    _names: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)

    @classmethod
    def read(cls, text: str, stack: str, given: Mapping[str, str], **where: str) -> Template:
        """Read a template's text, in YAML with short forms or in JSON."""
        return cls(yaml.load(text, Loader=Loader), stack, given, **where)  # a SafeLoader

    def resources(self) -> list[Resource]:
        """Return the resources whose condition holds."""
        found = []
        for logical_id, resource in self.body["Resources"].items():
            if self.holds(resource.get("Condition", "")):
                properties = self.resolve(resource.get("Properties", {}))
                found.append(Resource(logical_id, resource["Type"], properties, self._named(logical_id)[1]))
        return found

    def holds(self, condition: str) -> bool:
        """Return whether a condition holds; none at all does."""
        return not condition or bool(self.resolve(self.body["Conditions"][condition]))

    def resolve(self, value: Any) -> Any:
        """Return a value without intrinsic functions."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in {"Ref", "Condition"} and isinstance(argument, str):
                return self._ref(argument) if name == "Ref" else self.holds(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        pairs = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not NOTHING}

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::StackName": self.stack,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NOTHING,
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.given:
            return self.given[name]
        if name in self.body.get("Parameters", {}):
            return str(self.body["Parameters"][name].get("Default", ""))
        physical, arn = self._named(name)
        return arn if self.body["Resources"][name]["Type"] in REFERS_BY_ARN else physical

    def _named(self, logical_id: str) -> tuple[str, str]:
        """Return the name and the ARN that a resource has or will get."""
        if logical_id not in self._names:
            self._names[logical_id] = (logical_id, logical_id)  # in case it refers to itself
            resource = self.body["Resources"][logical_id]
            key, form = NAMES.get(resource["Type"], ("", "{name}"))
            name = self.resolve(resource.get("Properties", {}).get(key, NOTHING))
            if name is NOTHING:
                name = f"{self.stack}-{logical_id}-ABCDEFGHIJKL"
            arn = form.format(account=self.account, region=self.region, name=name)
            self._names[logical_id] = (name, arn)
        return self._names[logical_id]

    def _function(self, name: str, argument: Any) -> Any:
        if name == "If":
            condition, then, otherwise = argument
            return self.resolve(then if self.holds(condition) else otherwise)
        if name == "Sub":
            text, extra = (argument, {}) if isinstance(argument, str) else argument
            return VARIABLE.sub(lambda found: str(self._substitute(found[1], extra)), text)
        if name == "GetAtt":
            logical_id, attribute = argument
            return self._attribute(logical_id, attribute)
        return self._simple[name](self.resolve(argument))

    @property
    def _simple(self) -> dict[str, Callable[[Any], Any]]:
        """Return the functions whose arguments are resolved first."""
        return {
            "Equals": lambda values: str(values[0]) == str(values[1]),
            "Not": lambda values: not values[0],
            "And": all,
            "Or": any,
            "Join": lambda values: values[0].join(map(str, values[1])),
            "FindInMap": lambda values: self.body["Mappings"][values[0]][values[1]][values[2]],
            "Select": lambda values: values[1][int(values[0])],
            "GetAZs": lambda _: [f"{self.region}{letter}" for letter in "abc"],
        }

    def _substitute(self, name: str, extra: Mapping[str, Any]) -> Any:
        if name in extra:
            return self.resolve(extra[name])
        logical_id, dot, attribute = name.partition(".")
        return self._attribute(logical_id, attribute) if dot else self._ref(name)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        name, arn = self._named(logical_id)
        return arn if attribute == "Arn" else f"{name}.{attribute}"


def without(body: Mapping[str, Any], kind: str, stand_in: str, name_key: str) -> str | None:
    """Return the template as JSON with each resource of a type replaced by one of another type.

    The stand-in gets ``name_key``, and a ``Ref`` to it gives that name. ``None`` if there is none to replace.
    """
    resources = dict(body["Resources"])
    replaced = [logical_id for logical_id, found in resources.items() if found["Type"] == kind]
    for logical_id in replaced:
        found = resources[logical_id]
        name = found["Properties"]["Budget"]["BudgetName"]
        resources[logical_id] = {**found, "Type": stand_in, "Properties": {name_key: name}}
    return json.dumps({**body, "Resources": resources}) if replaced else None
