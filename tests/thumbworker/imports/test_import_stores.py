"""The import worker's stores on moto."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.thumbworker.imports.fakes import PICTURE
from thumbworker.contract import keys
from thumbworker.contract.imports import EXPIRES_ATTRIBUTE, ImportReason, ImportRequest, ImportStatus
from thumbworker.environment import Environment
from thumbworker.imports.stores import LEASE_SECONDS, open_stores

if TYPE_CHECKING:
    from tests.aws import MotoAws
    from thumbworker.imports.interfaces import Stores


@pytest.fixture
def stores(moto_aws: MotoAws) -> Stores:
    return open_stores(Environment.read(os.environ))


def let_lease_pass(aws: MotoAws, photo_id: object) -> None:
    aws.client("dynamodb").update_item(
        TableName=aws.outputs.catalogue_table,
        Key={"pk": {"S": f"import#{photo_id}"}},
        UpdateExpression="SET leased_until = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )


def stored_item(aws: MotoAws, photo_id: object) -> dict[str, Any]:
    key = {"pk": {"S": f"import#{photo_id}"}}
    return dict(aws.client("dynamodb").get_item(TableName=aws.outputs.catalogue_table, Key=key)["Item"])


def test_requests_get__reads_request(moto_aws: MotoAws, stores: Stores) -> None:
    photo_id, request = (
        uuid4(),
        ImportRequest("https://example.org/a.png", "7", "2026-11-22T00:00:00+00:00", "asked-by-alice"),
    )
    bucket = moto_aws.outputs.originals_bucket

    def put(body: str) -> None:
        moto_aws.client("s3").put_object(
            Bucket=bucket, Key=keys.import_key(photo_id), Body=body, ContentType="application/json"
        )

    assert stores.requests.get(photo_id) is None
    put(request.to_json())
    assert stores.requests.get(photo_id) == request
    old = json.loads(request.to_json())
    del old["correlation_id"]
    put(json.dumps(old))
    assert stores.requests.get(photo_id) == replace(request, correlation_id="")
    put("[]")
    assert stores.requests.get(photo_id) is None


def test_originals_put__stores_once(moto_aws: MotoAws, stores: Stores) -> None:
    photo_id = uuid4()
    assert not stores.originals.exists(photo_id)
    stores.originals.put(photo_id, PICTURE, owner="7", correlation_id="asked-by-alice")
    stores.originals.put(photo_id, PICTURE, owner="8", correlation_id="")
    assert stores.originals.exists(photo_id)
    head = moto_aws.client("s3").head_object(
        Bucket=moto_aws.outputs.originals_bucket, Key=keys.original_key(photo_id)
    )
    assert head["ContentType"] == "image/png"
    assert head["Metadata"] == {"owner": "7", "correlation-id": "asked-by-alice"}


def test_import_items_begin__counts_attempts(moto_aws: MotoAws, stores: Stores) -> None:
    photo_id, items = uuid4(), stores.import_items
    first = items.begin(photo_id, correlation_id="asked-by-alice")
    assert first is not None
    assert (first.status, first.attempts) == (ImportStatus.PROCESSING, 1)
    assert first.correlation_id == "asked-by-alice"
    assert items.begin(photo_id, correlation_id="asked-by-alice") is None
    items.release(photo_id, ImportReason.TOO_SLOW)
    second = items.begin(photo_id, correlation_id="asked-by-alice")
    assert second is not None
    assert (second.attempts, second.reason) == (2, ImportReason.TOO_SLOW)
    let_lease_pass(moto_aws, photo_id)
    third = items.begin(photo_id, correlation_id="asked-by-alice")
    assert third is not None
    assert third.attempts == 3


@pytest.mark.parametrize("reason", [None, ImportReason.NOT_THERE])
def test_import_items_finish__is_final(
    moto_aws: MotoAws, stores: Stores, reason: ImportReason | None
) -> None:
    photo_id, items = uuid4(), stores.import_items
    items.begin(photo_id, correlation_id="asked-by-alice")
    items.release(photo_id, ImportReason.TOO_SLOW)
    items.finish(photo_id, reason)
    ended = stored_item(moto_aws, photo_id)
    assert ended["status"]["S"] == (ImportStatus.FAILED if reason else ImportStatus.COMPLETED)
    items.finish(photo_id, ImportReason.GAVE_UP)
    items.finish(photo_id, None)
    assert stored_item(moto_aws, photo_id) == ended
    assert items.begin(photo_id, correlation_id="asked-by-alice") is None


def test_import_items_finish__without_begin(stores: Stores) -> None:
    photo_id = uuid4()
    stores.import_items.finish(photo_id, None)
    assert stores.import_items.begin(photo_id, correlation_id="asked-by-alice") is None


def test_import_items__expire_and_have_no_owner(moto_aws: MotoAws, stores: Stores) -> None:
    photo_id = uuid4()
    stores.import_items.begin(photo_id, correlation_id="asked-by-alice")
    item = stored_item(moto_aws, photo_id)
    known = {"pk", "status", "attempts", "leased_until", "updated_at", "correlation_id", EXPIRES_ATTRIBUTE}
    assert set(item) == known
    assert int(item[EXPIRES_ATTRIBUTE]["N"]) > time.time() + 29 * 24 * 3600
    assert int(item["leased_until"]["N"]) <= time.time() + LEASE_SECONDS
