"""Roles, alarms and functions as they are on AWS: read the properties that people change, and set them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.deploy import web_function
from infra.deploy.account import ignoring

if TYPE_CHECKING:
    from infra.provision import Clients

KINDS = {
    "AWS::IAM::Role": "role",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::Lambda::Function": "function",
}
OF_A_FUNCTION = ("Timeout", "MemorySize", "Handler", "Role")


def read(clients: Clients, kind: str, name: str) -> dict[str, Any] | None:
    """Return a resource's properties as JSON holds them, or ``None`` if it is gone."""
    found = {"role": _role, "alarm": _alarm, "function": _function}[kind](clients, name)
    decoded: dict[str, Any] | None = json.loads(json.dumps(found))
    return decoded


def put_back(
    clients: Clients, kind: str, name: str, made: dict[str, Any], now: dict[str, Any] | None
) -> bool:
    """Give a resource these properties again; return ``False`` if it is gone and can't be made here."""
    if kind == "alarm":
        clients.client("cloudwatch").put_metric_alarm(**made)
        return True
    if now is None:
        return False
    if kind == "role":
        _put_back_role(clients.client("iam"), name, made, now)
    else:
        functions = clients.client("lambda")
        variables = {"Variables": made["variables"]}
        properties = {each: made[each] for each in OF_A_FUNCTION}
        functions.update_function_configuration(FunctionName=name, Environment=variables, **properties)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return True


def _role(clients: Clients, name: str) -> dict[str, Any] | None:
    iam = clients.client("iam")
    with ignoring("NoSuchEntity"):
        role = iam.get_role(RoleName=name)["Role"]
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return {
            "trust": role["AssumeRolePolicyDocument"],
            "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "policies": {
                policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in inline
            },
            "attached": sorted(policy["PolicyArn"] for policy in attached),
        }
    return None


def _put_back_role(iam: Any, name: str, made: dict[str, Any], now: dict[str, Any]) -> None:
    if made["boundary"] and made["boundary"] != now["boundary"]:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=made["boundary"])
    if made["trust"] != now["trust"]:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(made["trust"]))
    for policy in now["policies"].keys() - made["policies"].keys():
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy, document in made["policies"].items():
        if document != now["policies"].get(policy):
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    for arn in set(now["attached"]) - set(made["attached"]):
        iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for arn in set(made["attached"]) - set(now["attached"]):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def _alarm(clients: Clients, name: str) -> dict[str, Any] | None:
    cloudwatch = clients.client("cloudwatch")
    found = cloudwatch.describe_alarms(AlarmNames=[name]).get("MetricAlarms", [])
    if not found:
        return None
    settable = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    # Not the tags, which no description has, and nothing that is empty.
    return {key: value for key, value in found[0].items() if key in settable and value not in ([], None, "")}


def _function(clients: Clients, name: str) -> dict[str, Any] | None:
    found = web_function.configuration(clients, name)
    if found is None:
        return None
    variables = found.get("Environment", {}).get("Variables", {})
    return {"variables": variables, **{each: found[each] for each in OF_A_FUNCTION}}
