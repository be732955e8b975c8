"""Checks of the DynamoDB table and the SNS topic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, broken, ok, skipped
from gallery.operations.resources.inspection import RESTORE, check_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.inspection import Clients
    from gallery.operations.resources.names import Names


def checks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield each check with its title."""
    dynamodb = clients.client("dynamodb")
    yield "table", partial(_table, dynamodb, names)
    yield "time to live of the table", partial(_time_to_live, dynamodb, names)
    yield "topic", partial(_topic, clients.client("sns"), names)


def _table(dynamodb: Any, names: Names) -> Finding:
    table = dynamodb.describe_table(TableName=names.catalogue_table)["Table"]
    if table["TableStatus"] != "ACTIVE":
        return broken("table", f"its status is {table['TableStatus'].lower()}. Wait, then check again.")
    indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    if "attention" not in indexes:
        return broken("table", f"the index 'attention' is missing. {RESTORE}")
    return ok("table")


def _time_to_live(dynamodb: Any, names: Names) -> Finding:
    title = "time to live of the table"
    answer = dynamodb.describe_time_to_live(TableName=names.catalogue_table)["TimeToLiveDescription"]
    if answer.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}:
        return ok(title)
    if names.is_emulated:
        return skipped(title, "the emulated AWS has no time to live")
    return broken(title, f"import items are never deleted. {RESTORE}")


def _topic(sns: Any, names: Names) -> Finding:
    attributes = sns.get_topic_attributes(TopicArn=names.topic_arn)["Attributes"]
    return check_policy("topic", attributes.get("Policy", "{}"), set(), names)
