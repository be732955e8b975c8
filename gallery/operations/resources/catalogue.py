"""Looks at the table and the topic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gallery.operations.diagnosis import Finding, apart, ill, well
from gallery.operations.resources.looking import AGAIN, policy_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gallery.operations.resources.looking import Clients
    from gallery.operations.resources.names import Names


def looks(clients: Clients, names: Names) -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield everything to look at, with its title."""
    dynamodb = clients.client("dynamodb")
    yield "table", partial(_table, dynamodb, names)
    yield "table's forgetting of imports", partial(_forgetting, dynamodb, names)
    yield "topic", partial(_topic, clients.client("sns"), names)


def _table(dynamodb: Any, names: Names) -> Finding:
    table = dynamodb.describe_table(TableName=names.catalogue_table)["Table"]
    if table["TableStatus"] != "ACTIVE":
        return ill("table", f"it is {table['TableStatus'].lower()}. Wait, then look again.")
    indexes = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    if "attention" not in indexes:
        return ill("table", f"its index 'attention' is not there. {AGAIN}")
    return well("table")


def _forgetting(dynamodb: Any, names: Names) -> Finding:
    title = "table's forgetting of imports"
    found = dynamodb.describe_time_to_live(TableName=names.catalogue_table)["TimeToLiveDescription"]
    if found.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}:
        return well(title)
    if names.is_emulated:
        return apart(title, "the emulated AWS keeps no time to live")
    return ill(title, f"items of imports would stay for ever. {AGAIN}")


def _topic(sns: Any, names: Names) -> Finding:
    found = sns.get_topic_attributes(TopicArn=names.topic_arn)["Attributes"]
    return policy_with("topic", found.get("Policy", "{}"), set(), names)
