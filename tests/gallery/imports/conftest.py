"""The stores behind the gallery, with items as the import worker writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.gallery.stores import Stores

if TYPE_CHECKING:
    from uuid import UUID

    from tests.aws import MotoAws


class ImportStores(Stores):
    """The stores, with items of the import worker."""

    def put_import_item(self, photo_id: UUID, status: str, **changes: Any) -> None:
        """Write the item of an import as the import worker does."""
        values = {"attempts": 1, "updated_at": "2026-11-01T10:00:00.000+00:00"} | changes
        item = {"pk": {"S": f"import#{photo_id}"}, "status": {"S": status}}
        for name, value in values.items():
            item[name] = {"N": str(value)} if isinstance(value, int) else {"S": value}
        self.dynamodb.put_item(TableName=self.aws.outputs.catalogue_table, Item=item)


@pytest.fixture
def stores(moto_aws: MotoAws) -> ImportStores:
    """Return empty stores, created by the template on moto."""
    return ImportStores(moto_aws)
