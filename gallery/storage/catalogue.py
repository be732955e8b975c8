"""Own the DynamoDB client: read the worker's items. The gallery never writes to this table."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from gallery.core.outages import StoreUnavailable
from gallery.storage.aws import client_config, make_client
from thumbworker.contract import keys
from thumbworker.contract.imports import ImportItem
from thumbworker.contract.items import PARTITION_KEY, PhotoItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from mypy_boto3_dynamodb.client import DynamoDBClient

logger = structlog.get_logger(__name__)

BATCH_SIZE = 100
"""DynamoDB's limit of keys in one BatchGetItem."""

ROUNDS = 2
"""How many times unprocessed keys are requested before pages show placeholders."""


class CatalogueUnavailable(StoreUnavailable):
    """DynamoDB did not answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The items found, by photo id. Unless ``complete``, more items may exist.

    ``unreadable`` are photos with an item of another schema.
    """

    items: dict[UUID, PhotoItem] = field(default_factory=dict)
    imports: dict[UUID, ImportItem] = field(default_factory=dict)
    complete: bool = True
    unreadable: frozenset[UUID] = frozenset()


@functools.cache
def _client() -> DynamoDBClient:
    return cast("DynamoDBClient", make_client("dynamodb", client_config()))


_deserialize = TypeDeserializer().deserialize


def _item(raw: dict[str, Any]) -> PhotoItem | ImportItem | None:
    kind = ImportItem if raw[PARTITION_KEY]["S"].startswith(keys.IMPORT_ITEM_PREFIX) else PhotoItem
    try:
        return kind.from_item({name: _deserialize(value) for name, value in raw.items()})
    except (KeyError, ValueError) as problem:
        logger.warning("catalogue_item_unreadable", key=raw[PARTITION_KEY], problem=repr(problem))
        return None


def read(photo_ids: Iterable[UUID], *, import_ids: Iterable[UUID] = ()) -> Reading:
    """Return the items of up to 100 photos by one BatchGetItem, and none if the table is unreachable.

    The items of ``import_ids`` are included as far as they fit into the 100 keys.

    Raises:
        ValueError: more than 100 photo ids were given.
    """
    by_key = {keys.photo_item_key(photo_id): photo_id for photo_id in photo_ids}
    wanted = [{PARTITION_KEY: {"S": key}} for key in by_key]
    if len(wanted) > BATCH_SIZE:
        raise ValueError(f"At most {BATCH_SIZE} photos at once, not {len(wanted)}.")
    wanted += [
        {PARTITION_KEY: {"S": keys.import_item_key(photo_id)}}
        for photo_id in list(import_ids)[: BATCH_SIZE - len(wanted)]
    ]
    found: dict[UUID, PhotoItem] = {}
    imports: dict[UUID, ImportItem] = {}
    unreadable: set[UUID] = set()
    try:
        for raw in _batch_get({"Keys": wanted}):
            item = _item(raw)
            if isinstance(item, ImportItem):
                imports[item.photo_id] = item
            elif item:
                found[item.photo_id] = item
            elif photo_id := by_key.get(raw[PARTITION_KEY]["S"]):
                unreadable.add(photo_id)
    except CatalogueUnavailable as problem:
        logger.warning("catalogue_unavailable", problem=str(problem))
        return Reading(found, imports, complete=False)
    return Reading(found, imports, unreadable=frozenset(unreadable))


def _batch_get(wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the items by BatchGetItem, and ask for unprocessed keys again.

    Raises:
        CatalogueUnavailable: DynamoDB did not answer, or not for all keys.
    """
    pending: Any = {settings.CATALOGUE_TABLE: wanted} if wanted["Keys"] else {}
    for _ in range(ROUNDS):
        if not pending:
            return
        try:
            answer = _client().batch_get_item(RequestItems=pending)
        except (BotoCoreError, ClientError) as error:
            raise CatalogueUnavailable(str(error)) from error
        yield from answer["Responses"].get(settings.CATALOGUE_TABLE, [])
        pending = answer.get("UnprocessedKeys")
    if pending:
        raise CatalogueUnavailable("DynamoDB left keys unprocessed.")


def batches(ids: Sequence[UUID], size: int = BATCH_SIZE) -> Iterator[Sequence[UUID]]:
    """Split ids for ``read``."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def photo_ids() -> Iterator[list[UUID]]:
    """Yield the ids of all photos that have an item, readable or not, in no order: a Scan a page.

    Raises:
        CatalogueUnavailable: DynamoDB did not answer.
    """
    more: Any = {}
    while True:
        try:
            answer = _client().scan(
                TableName=settings.CATALOGUE_TABLE, ProjectionExpression=PARTITION_KEY, **more
            )
        except (BotoCoreError, ClientError) as error:
            raise CatalogueUnavailable(str(error)) from error
        found = (keys.parse_photo_item_key(raw[PARTITION_KEY]["S"]) for raw in answer["Items"])
        yield [photo_id for photo_id in found if photo_id]
        if "LastEvaluatedKey" not in answer:
            return
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def exists(photo_id: UUID) -> bool:
    """Return whether an item exists, readable or not, by a consistent read.

    Raises:
        CatalogueUnavailable: DynamoDB did not answer.
    """
    try:
        answer = _client().get_item(
            TableName=settings.CATALOGUE_TABLE,
            Key={PARTITION_KEY: {"S": keys.photo_item_key(photo_id)}},
            ProjectionExpression=PARTITION_KEY,
            ConsistentRead=True,
        )
    except (BotoCoreError, ClientError) as error:
        raise CatalogueUnavailable(str(error)) from error
    return "Item" in answer


def existing(photo_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of up to 100 photos have an item, readable or not, by consistent reads.

    Raises:
        CatalogueUnavailable: DynamoDB did not answer for all of them.
    """
    wanted = {keys.photo_item_key(photo_id): photo_id for photo_id in photo_ids}
    reads = {
        "Keys": [{PARTITION_KEY: {"S": key}} for key in wanted],
        "ProjectionExpression": PARTITION_KEY,
        "ConsistentRead": True,
    }
    return {wanted[raw[PARTITION_KEY]["S"]] for raw in _batch_get(reads)}
