"""Puts into the stores what browsers and the worker would, for tests of the gallery alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from tests import items
from thumbworker.contract import keys
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.photos.models import Photo
    from tests.aws import MotoAws
    from thumbworker.contract.items import PhotoItem


def ready_item(photo: Photo, **changes: Any) -> PhotoItem:
    """Return the item that the worker writes of this photo."""
    own = {
        "owner": str(photo.owner_id),
        "size_bytes": photo.size_bytes,
        "sha256": photo.sha256,
        "metadata": {"model": "Nikon D750", "taken_at": "2026-10-31T12:00:00+01:00"},
        "location": {},
    }
    return items.ready_item(photo.pk, **(own | changes))


def failed_item(photo: Photo, reason: str = "damaged", **changes: Any) -> PhotoItem:
    """Return the item that the worker writes of an original it could not read."""
    return items.failed_item(ready_item(photo, **changes), reason)


class Stores:
    """The stores behind the gallery, as one object that tests can write to and count."""

    def __init__(self, aws: MotoAws) -> None:
        self.aws = aws
        self.s3 = aws.client("s3")
        self.dynamodb = aws.client("dynamodb")

    def put_item(self, item: PhotoItem) -> None:
        serialize = TypeSerializer().serialize
        raw = {name: serialize(value) for name, value in item.to_item().items()}
        self.dynamodb.put_item(TableName=self.aws.outputs.catalogue_table, Item=raw)

    def put_import_item(self, photo_id: UUID, status: str, **changes: Any) -> None:
        """Write the item of an import as the import worker does."""
        values = {"attempts": 1, "updated_at": "2026-11-01T10:00:00.000+00:00"} | changes
        item = {"pk": {"S": f"import#{photo_id}"}, "status": {"S": status}}
        for name, value in values.items():
            item[name] = {"N": str(value)} if isinstance(value, int) else {"S": value}
        self.dynamodb.put_item(TableName=self.aws.outputs.catalogue_table, Item=item)

    def delete_item(self, photo_id: UUID) -> None:
        self.dynamodb.delete_item(
            TableName=self.aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(photo_id)}}
        )

    def put_original(self, photo_id: UUID, content: bytes = b"original", *, owner: str = "") -> None:
        self.s3.put_object(
            Bucket=self.aws.outputs.originals_bucket,
            Key=keys.original_key(photo_id),
            Body=content,
            ContentType="image/jpeg",
            Metadata={keys.OWNER_METADATA: owner} if owner else {},
        )

    def put_rendition(self, photo_id: UUID) -> str:
        key = CURRENT.key(CURRENT.renditions[0], photo_id)
        self.s3.put_object(
            Bucket=self.aws.outputs.renditions_bucket, Key=key, Body=b"rendition", ContentType="image/webp"
        )
        return key

    def put_renditions(self, item: PhotoItem) -> None:
        """Store every rendition that the item names, in the size that it says."""
        for made in item.renditions:
            self.s3.put_object(
                Bucket=self.aws.outputs.renditions_bucket, Key=made.key, Body=bytes(made.size_bytes)
            )

    def keys(self, prefix: str) -> set[str]:
        """Return the keys in the originals bucket that begin with ``prefix``."""
        answer = self.s3.list_objects_v2(Bucket=self.aws.outputs.originals_bucket, Prefix=prefix)
        return {entry["Key"] for entry in answer.get("Contents", [])}

    def rendition_keys(self) -> set[str]:
        answer = self.s3.list_objects_v2(Bucket=self.aws.outputs.renditions_bucket)
        return {entry["Key"] for entry in answer.get("Contents", [])}

    def item_keys(self) -> set[str]:
        answer = self.dynamodb.scan(TableName=self.aws.outputs.catalogue_table)
        return {item["pk"]["S"] for item in answer["Items"]}
