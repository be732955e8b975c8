"""Puts into the stores what browsers and the worker would, for tests of the gallery alone."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from thumbworker.contract import keys
from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.photos.models import Photo
    from tests.aws import MotoAws


def ready_item(photo: Photo, **changes: Any) -> PhotoItem:
    """Return the item that the worker writes of a 3000 x 2000 photograph."""
    item = PhotoItem(
        photo_id=photo.pk,
        status=Status.READY,
        owner=str(photo.owner_id),
        uploaded_at="2026-11-01T10:00:00.000+00:00",
        processed_at="2026-11-01T10:00:01.000+00:00",
        size_bytes=photo.size_bytes,
        sha256=photo.sha256,
        policy_version=CURRENT.version,
        format="JPEG",
        width=3000,
        height=2000,
        renditions=tuple(
            MadeRendition(
                name=spec.name,
                key=CURRENT.key(spec, photo.pk),
                width=spec.longest_side,
                height=spec.longest_side * 2 // 3,
                size_bytes=1000,
                content_type=spec.content_type,
            )
            for spec in CURRENT.renditions
        ),
        thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        dominant_color="#808080",
        metadata={"model": "Nikon D750", "taken_at": "2026-10-31T12:00:00+01:00"},
    )
    return dataclasses.replace(item, **changes)


def failed_item(photo: Photo, reason: str = "damaged", **changes: Any) -> PhotoItem:
    """Return the item that the worker writes of an original it could not read."""
    nothing = {
        "width": 0,
        "height": 0,
        "renditions": (),
        "thumbhash": "",
        "dominant_color": "",
        "metadata": {},
    }
    return ready_item(photo, status=Status.FAILED, reason=reason, **(nothing | changes))


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

    def delete_item(self, photo_id: UUID) -> None:
        self.dynamodb.delete_item(
            TableName=self.aws.outputs.catalogue_table, Key={"pk": {"S": keys.photo_item_key(photo_id)}}
        )

    def put_original(self, photo_id: UUID, content: bytes = b"original") -> None:
        self.s3.put_object(
            Bucket=self.aws.outputs.originals_bucket,
            Key=keys.original_key(photo_id),
            Body=content,
            ContentType="image/jpeg",
        )

    def put_rendition(self, photo_id: UUID) -> str:
        key = CURRENT.key(CURRENT.renditions[0], photo_id)
        self.s3.put_object(
            Bucket=self.aws.outputs.renditions_bucket, Key=key, Body=b"rendition", ContentType="image/webp"
        )
        return key

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
