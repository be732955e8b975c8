"""Files that people put into S3 by themselves become their photos, or stay and are told of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from gallery.accounts.models import User
from gallery.blocks.actions import block
from gallery.core import reasons
from gallery.inbox.models import InboxFolder, InboxRefusal
from gallery.inbox.take import LOOK_EVERY, TRY_AGAIN_AFTER, take_some, unknown_folders
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.storage.originals import OriginalsStorage, OriginalsUnavailable
from gallery.uploads import offers
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def jpeg(number: int = 0) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), (80, 90, 60)).save(buffer, "JPEG", comment=str(number))
    return buffer.getvalue()


@pytest.fixture
def put(stores: Stores) -> Callable[[str, bytes], str]:
    """Return a function that stores a file in the inbox, as ``aws s3 cp`` does, and returns its key."""

    def store(name: str, content: bytes) -> str:
        key = f"inbox/{name}"
        stores.s3.put_object(Bucket=stores.aws.outputs.originals_bucket, Key=key, Body=content)
        return key

    return store


def take(now=NOW, *, has_time=lambda: True) -> int:
    return take_some(has_time=has_time, now=now)


def test_take__makes_private_photos_and_empties_the_inbox(
    stores: Stores, alice: User, bob: User, put: Callable[[str, bytes], str]
) -> None:
    for number in range(30):
        put(f"alice/2019/Oslo {number:02} ø.JPG", jpeg(number))
    put("bob/a.jpg", jpeg())
    put("alice/empty/", b"")
    assert take() == 31
    photos = Photo.objects.owned_by(alice)
    assert {(photo.state, photo.visibility, photo.content_type) for photo in photos} == {
        (State.AWAITING, "private", "image/jpeg")
    }
    assert {photo.file_name for photo in photos} == {f"Oslo {number:02} ø.JPG" for number in range(30)}
    for photo in Photo.objects.all():
        stored = stores.s3.get_object(
            Bucket=stores.aws.outputs.originals_bucket, Key=keys.original_key(photo.pk)
        )
        data = stored["Body"].read()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (photo.sha256, photo.size_bytes)
        assert (stored["Metadata"]["owner"], stored["ContentType"]) == (str(photo.owner_id), "image/jpeg")
    assert stores.keys("inbox/") == {"inbox/alice/empty/"}
    alice.refresh_from_db()
    assert alice.used_bytes == sum(photo.size_bytes for photo in photos)


def test_take__looks_every_four_minutes(alice: User, put: Callable[[str, bytes], str]) -> None:
    assert take() == 0
    put("alice/a.jpg", jpeg())
    assert take(NOW + LOOK_EVERY - timedelta(seconds=1)) == 0
    assert take(NOW + LOOK_EVERY + timedelta(seconds=1)) == 1


def test_take__goes_on_at_once_where_time_ended(alice: User, put: Callable[[str, bytes], str]) -> None:
    for number in range(3):
        put(f"alice/{number}.jpg", jpeg(number))
    times = iter([True, True, True, False])
    assert take(has_time=lambda: next(times, False)) == 1
    assert take(NOW + timedelta(seconds=60)) == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg", b"MZ\x90\x00 a program", "not_a_picture"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg_not_accepted"),
        ("a.txt", b"words", "type_not_accepted"),
        ("a.jpg", b"", "empty"),
        (f"{'a' * 260}.jpg", jpeg(), "name_too_long"),
    ],
)
def test_take__what_is_refused_stays_and_is_told(
    stores: Stores,
    alice: User,
    client: Client,
    put: Callable[[str, bytes], str],
    name: str,
    content: bytes,
    reason: str,
) -> None:
    key = put(f"alice/{name}", content)
    assert take() == 0
    refusal = InboxRefusal.objects.get()
    assert (refusal.key, refusal.reason, stores.keys("inbox/")) == (key, reason, {key})
    client.force_login(alice)
    assert b"1 file stays in your inbox." in client.get("/me/photos/").content
    page = client.get("/me/photos/failed/").content.decode()
    assert name in page
    assert escape(reasons.of(reason).sentence) in page
    stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key=key)
    put("alice/another.jpg", jpeg())
    take(NOW + 2 * LOOK_EVERY)
    assert not InboxRefusal.objects.exists()


def test_take__a_refused_file_is_read_once_a_day_unless_it_changes(
    alice: User, put: Callable[[str, bytes], str]
) -> None:
    put("alice/a.jpg", b"no picture")
    real = OriginalsStorage.read_inbox
    with patch.object(OriginalsStorage, "read_inbox", autospec=True, side_effect=real) as read:
        for minutes in (0, 10, 20):
            take(NOW + timedelta(minutes=minutes))
        assert read.call_count == 1
        take(NOW + TRY_AGAIN_AFTER + timedelta(minutes=20))
        assert read.call_count == 2
        put("alice/a.jpg", jpeg())
        assert take(NOW + TRY_AGAIN_AFTER + timedelta(minutes=30)) == 1
    assert not InboxRefusal.objects.exists()


def test_take__of_someone_without_room(stores: Stores, alice: User, put: Callable[[str, bytes], str]) -> None:
    User.objects.filter(pk=alice.pk).update(quota_bytes=10)
    put("alice/a.jpg", jpeg())
    assert take() == 0
    assert InboxRefusal.objects.get().reason == reasons.QUOTA_EXCEEDED.code
    User.objects.filter(pk=alice.pk).update(quota_bytes=10**6)
    assert take(NOW + TRY_AGAIN_AFTER + LOOK_EVERY) == 1
    assert not InboxRefusal.objects.exists()


def test_take__waits_while_much_is_in_work(
    monkeypatch: pytest.MonkeyPatch, alice: User, put: Callable[[str, bytes], str]
) -> None:
    monkeypatch.setattr(offers, "MAX_OUTSTANDING_OFFERS", 1)
    for number in range(3):
        put(f"alice/{number}.jpg", jpeg(number))
    assert take() == 1
    assert not InboxRefusal.objects.exists()
    Photo.objects.update(state=State.PENDING)
    assert take(NOW + timedelta(minutes=1)) == 1


def test_take__of_blocked_and_closed_people(
    stores: Stores, alice: User, bob: User, admin: User, put: Callable[[str, bytes], str]
) -> None:
    block(alice, by=admin, reason="Spam.")
    User.objects.filter(pk=bob.pk).update(is_active=False, left_at=NOW)
    kept = {
        put("alice/a.jpg", jpeg()),
        put("bob/a.jpg", jpeg()),
        put("zoe/a.jpg", jpeg()),
        put("a.jpg", jpeg()),
    }
    assert (take(), stores.keys("inbox/")) == (0, kept)
    assert InboxRefusal.objects.get().reason == reasons.ACCOUNT_BLOCKED.code
    assert unknown_folders() == ["bob", "zoe"]


def test_take__a_folder_waits_for_its_person(
    stores: Stores, alice: User, put: Callable[[str, bytes], str]
) -> None:
    put("zoe/a.jpg", b"no picture")
    take()
    zoe = User.objects.create_user("zoe", "zoe@example.org", "correct-horse-battery")
    take(NOW + 2 * LOOK_EVERY)
    assert InboxRefusal.objects.get().folder.owner == zoe
    stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key="inbox/zoe/a.jpg")
    User.objects.filter(pk=zoe.pk).update(username="zoe2")
    User.objects.filter(pk=alice.pk).update(username="zoe")
    put("zoe/b.jpg", jpeg())
    take(NOW + 4 * LOOK_EVERY)
    assert Photo.objects.get().owner == alice


def test_take__the_same_photo_twice_is_one(
    stores: Stores, alice: User, put: Callable[[str, bytes], str]
) -> None:
    put("alice/a.jpg", jpeg())
    put("alice/b.jpg", jpeg())
    take()
    assert (Photo.objects.count(), stores.keys("inbox/")) == (1, set())


@pytest.mark.parametrize("step", ["copy_from_inbox", "remove_from_inbox"])
def test_take__goes_on_after_a_stop_at_any_step(
    stores: Stores, alice: User, put: Callable[[str, bytes], str], step: str
) -> None:
    key = put("alice/a.jpg", jpeg())
    with patch.object(OriginalsStorage, step, side_effect=OriginalsUnavailable("no answer")):
        assert take() == 0
    assert stores.keys("inbox/") == {key}
    assert take(NOW + 2 * LOOK_EVERY) == 1
    photo = Photo.objects.get()
    assert stores.keys("originals/") == {keys.original_key(photo.pk)}
    assert stores.keys("inbox/") == set()


def test_take__hours_of_nothing_cost_one_list(stores: Stores, alice: User) -> None:
    take()
    with patch.object(OriginalsStorage, "inbox_page") as page:
        take(NOW + 2 * LOOK_EVERY)
    assert not page.called
    assert InboxFolder.objects.count() == 1


def test_take__what_was_put_again_after_the_trash_is_a_new_photo(
    stores: Stores, alice: User, put: Callable[[str, bytes], str]
) -> None:
    put("alice/a.jpg", jpeg())
    take()
    Photo.objects.update(state=State.PENDING, trashed_at=NOW)
    put("alice/a.jpg", jpeg())
    real = OriginalsStorage.inbox_page

    def later(storage, folder, **how):  # S3 tells whole seconds
        found, has_more = real(storage, folder, **how)
        return [replace(file, stored_at=file.stored_at + timedelta(hours=1)) for file in found], has_more

    with patch.object(OriginalsStorage, "inbox_page", autospec=True, side_effect=later):
        assert take(NOW + 2 * LOOK_EVERY) == 1
    assert Photo.objects.filter(trashed_at=None).count() == 1


def test_take__a_file_that_was_replaced_stays(
    stores: Stores, alice: User, put: Callable[[str, bytes], str]
) -> None:
    real = OriginalsStorage.remove_from_inbox

    def replaced(storage, file) -> None:
        put("alice/a.jpg", jpeg(7))
        real(storage, file)

    key = put("alice/a.jpg", jpeg())
    with patch.object(OriginalsStorage, "remove_from_inbox", autospec=True, side_effect=replaced):
        take()
    assert stores.keys("inbox/") == {key}
    assert take(NOW + 2 * LOOK_EVERY) == 1
    assert Photo.objects.count() == 2
