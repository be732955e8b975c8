"""Checks of the DynamoDB table and the SNS topic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok, skipped
from gallery.operations.resources.inspection import RESTORE, check_policy

if TYPE_CHECKING:
    from gallery.operations.resources.inspection import Checks, Clients
    from gallery.operations.resources.names import Names


def checks(clients: Clients, names: Names) -> Checks:
    """Yield each check with its title."""
    dynamodb = clients.client("dynamodb")
    yield "table", partial(_table, dynamodb, names)
    yield "time to live of the table", partial(_time_to_live, dynamodb, names)
    yield "topic", partial(_topic, clients.client("sns"), names)


def _table(dynamodb: Any, names: Names, title: str) -> Finding:
    table = dynamodb.describe_table(TableName=names.catalogue_table)["Table"]
    if table["TableStatus"] != "ACTIVE":
        return broken(title, f"its status is {table['TableStatus'].lower()}. Wait, then check again.")
    return ok(title)


def _time_to_live(dynamodb: Any, names: Names, title: str) -> Finding:
    answer = dynamodb.describe_time_to_live(TableName=names.catalogue_table)["TimeToLiveDescription"]
    if answer.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}:
        return ok(title)
    if names.is_emulated:
        return skipped(title, "the emulated AWS has no time to live")
    return broken(title, f"import items are never deleted. {RESTORE}")


def _topic(sns: Any, names: Names, title: str) -> Finding:
    attributes = sns.get_topic_attributes(TopicArn=names.topic_arn)["Attributes"]
    return check_policy(title, attributes.get("Policy", "{}"), set(), names)
