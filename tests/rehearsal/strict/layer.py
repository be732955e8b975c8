"""The layer: weighs each call and each template, and stands in for what the emulator does not know."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import yaml

from tests.cloudformation import Template, without
from tests.rehearsal.strict.calls import Call, of_template
from tests.rehearsal.strict.refusals import Refused
from tests.rehearsal.strict.rules import RULES, TEMPLATE_RULES
from tests.stage import ACCOUNT
from tests.templates import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.rehearsal.strict.account import Account

WITH_TEMPLATE = frozenset({"CreateChangeSet", "CreateStack", "UpdateStack"})
BUDGET = "AWS::Budgets::Budget"


@lru_cache(maxsize=16)
def parsed(text: str) -> dict[str, Any]:
    """Return a template in its long form; reading one takes a second."""
    found: dict[str, Any] = json.loads(text) if text.startswith("{") else yaml.load(text, Loader=Loader)
    return found


def stack_name(call: Call) -> str:
    """Return the name of the stack that a call is about; it may be given by its ARN."""
    name = str(call.parameters.get("StackName", ""))
    return name.split("/")[1] if "/" in name else name


@dataclass
class Layer:
    """What stands between deployment and emulator; ``client`` acts as root of the emulated account."""

    account: Account
    client: Callable[[str], Any] | None = None
    refused: list[str] = field(default_factory=list)
    weighed: int = 0
    _budgets: dict[str, str] = field(default_factory=dict)

    def weigh(self, call: Call) -> None:
        """Raise ``Refused`` if AWS would refuse the call.

        Raises:
            Refused: a rule says so.
        """
        self.weighed += 1
        try:
            for rule in RULES:
                rule(call, self.account)
            if call.service == "cloudformation":
                self._weigh_stack(call)
        except Refused as refused:
            self.refused.append(f"{call.name}: {refused}")
            raise

    def _weigh_stack(self, call: Call) -> None:
        if call.operation == "DeleteStack":
            self._forget(stack_name(call), call.region)
        text = call.parameters.get("TemplateBody")
        if call.operation not in WITH_TEMPLATE or not text:
            return
        calls = [call, *of_template(self.template(call), call)]
        for rule in TEMPLATE_RULES:
            rule(calls, self.account)
        for made in calls[1:]:
            self._weigh_resource(made)

    def _weigh_resource(self, made: Call) -> None:
        for rule in RULES:
            try:
                rule(made, self.account)
            except Refused as refused:
                # AWS fails the resource and rolls the stack back; the deployment stops in either case.
                raise Refused("ValidationError", f"{made.logical_id}: {refused}") from refused

    def template(self, call: Call) -> Template:
        """Return the template of a call with its parameters."""
        given = {
            entry["ParameterKey"]: entry.get("ParameterValue", "")
            for entry in call.parameters.get("Parameters", ())
        }
        body = parsed(call.parameters["TemplateBody"])
        return Template(body, stack_name(call), given, region=call.region, account=ACCOUNT)

    def _forget(self, stack: str, region: str) -> None:
        """Give back what a deleted stack had."""
        names = self.account.names
        for key in [key for key, owner in names.items() if owner.startswith(f"{region} {stack} ")]:
            del names[key]
        budget = self._budgets.pop(stack, "")
        if budget and self.client:
            self.client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName=budget)

    def stand_in(self, call: Call) -> bytes | None:
        """Return the body of a call for the emulator if it has to differ, else ``None``.

        The emulator's CloudFormation knows no budget: it gets a log group of the same name. The budget is
        made by its own API, so that what looks for it finds it.
        """
        if call.operation not in WITH_TEMPLATE or BUDGET not in call.parameters.get("TemplateBody", ""):
            return None
        template = self.template(call)
        changed = without(template.body, BUDGET, "AWS::Logs::LogGroup", "LogGroupName")
        if changed is None:
            return None
        for resource in template.resources():
            if resource.kind == BUDGET:
                self._make_budget(template.stack, resource.properties["Budget"])
        fields = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        return urlencode({**fields, "TemplateBody": changed}).encode()

    def corrected(self, call: Call, content: bytes) -> bytes:
        """Return the emulator's answer, with the concurrency of the account that the rules know."""
        if call.name != "lambda.GetAccountSettings":
            return content
        found = json.loads(content)
        for key in ("ConcurrentExecutions", "UnreservedConcurrentExecutions"):
            found["AccountLimit"][key] = self.account.concurrency
        return json.dumps(found).encode()

    def _make_budget(self, stack: str, budget: Mapping[str, Any]) -> None:
        if self.client and stack not in self._budgets:
            limit = {key: str(value) for key, value in budget["BudgetLimit"].items()}
            made = {**budget, "BudgetLimit": limit}
            self.client("budgets").create_budget(AccountId=ACCOUNT, Budget=made)
            self._budgets[stack] = str(budget["BudgetName"])
