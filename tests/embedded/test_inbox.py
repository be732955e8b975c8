"""An inbox in an S3 that checks rights and preconditions: files become photos with thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from gallery.inbox.models import InboxFolder
from gallery.inbox.take import take_some
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing.settle import settle
from gallery.storage.originals import OriginalsStorage
from tests.pictures import jpeg
from tests.waiting import eventually

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.aws import EnforcedAws

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def keys(on_embedded: EnforcedAws, prefix: str) -> set[str]:
    listed = on_embedded.client("s3").list_objects_v2(
        Bucket=on_embedded.outputs.originals_bucket, Prefix=prefix
    )
    return {entry["Key"] for entry in listed.get("Contents", [])}


def put(on_embedded: EnforcedAws, name: str, content: bytes) -> str:
    key = f"inbox/{name}"
    on_embedded.client("s3").put_object(Bucket=on_embedded.outputs.originals_bucket, Key=key, Body=content)
    return key


def is_processed(photo: Photo) -> bool:
    settle([photo.pk])
    return Photo.objects.get(pk=photo.pk).state == State.PENDING


def test_inbox__becomes_a_photo_under_the_webs_role(on_embedded: EnforcedAws, alice: User) -> None:
    key = put(on_embedded, "alice/2019/harbor.jpg", jpeg(4711))
    assert take_some(has_time=lambda: True)
    photo = Photo.objects.get(owner=alice, file_name="harbor.jpg")
    assert key not in keys(on_embedded, "inbox/")
    assert eventually(lambda: is_processed(photo), within_seconds=60)
    photo.refresh_from_db()
    assert (photo.file_name, photo.visibility, photo.width > 0) == ("harbor.jpg", "private", True)


def test_inbox__a_file_that_is_replaced_meanwhile_is_kept(on_embedded: EnforcedAws, alice: User) -> None:
    key = put(on_embedded, "alice/a.jpg", jpeg(4712))
    real = OriginalsStorage.copy_from_inbox

    def replaced_before(storage, file, terms):
        put(on_embedded, "alice/a.jpg", jpeg(4713))
        return real(storage, file, terms)

    with patch.object(OriginalsStorage, "copy_from_inbox", replaced_before):
        assert take_some(has_time=lambda: True) == 0
    assert key in keys(on_embedded, "inbox/")
    photo = Photo.objects.get(owner=alice)
    assert f"originals/{photo.pk}" not in keys(on_embedded, "originals/")
    on_embedded.client("s3").delete_object(Bucket=on_embedded.outputs.originals_bucket, Key=key)


def test_inbox__a_file_that_is_replaced_after_the_copy_is_kept(on_embedded: EnforcedAws, alice: User) -> None:
    key = put(on_embedded, "alice/b.jpg", jpeg(4714))
    real = OriginalsStorage.remove_from_inbox

    def replaced_before(storage, file):
        put(on_embedded, "alice/b.jpg", jpeg(4715))
        real(storage, file)

    with patch.object(OriginalsStorage, "remove_from_inbox", replaced_before):
        take_some(has_time=lambda: True)
    assert key in keys(on_embedded, "inbox/")
    InboxFolder.objects.update(looked_at=None)
    take_some(has_time=lambda: True)
    assert key not in keys(on_embedded, "inbox/")
    assert Photo.objects.filter(owner=alice, file_name="b.jpg").count() == 2
