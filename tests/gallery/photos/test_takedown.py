"""A photo that was taken down is gone from every store at once, and recognized when it comes again."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from gallery.accounts.models import User
from gallery.albums import words
from gallery.core import reasons
from gallery.notifications.models import Notification
from gallery.notifications.queue import queue_pending
from gallery.photos import actions, takedown
from gallery.photos.actions import Outcome
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo, TakenDown
from gallery.photos.purge import purge_photo
from gallery.photos.reservations import release_expired
from gallery.photos.states import State, Visibility
from gallery.processing.settle import settle
from gallery.processing.sweep import sweep
from gallery.storage import edge_cache
from gallery.storage.originals import OriginalExists, originals
from gallery.storage.upload_terms import OriginalTerms
from tests.gallery.conftest import size_of_rows, used_bytes
from tests.gallery.stores import Stores, ready_item
from thumbworker.contract.policy import EVER
from thumbworker.imaging.fingerprints import dhash

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

WHY = "Shows a person who did not agree."


def put_every_rendition(stores: Stores, photo: Photo) -> None:
    for policy in EVER:
        for spec in policy.renditions:
            stores.s3.put_object(
                Bucket=stores.aws.outputs.renditions_bucket, Key=policy.key(spec, photo.pk), Body=b"x"
            )


def pattern(shift: int = 0) -> Image.Image:
    """Return a picture with structure in both directions."""
    image = Image.new("RGB", (480, 320))
    image.putdata(
        [
            ((x * 7 + shift) % 256, (x * y // 97 + shift) % 256, (y * 3 + x // 2) % 256)
            for y in range(320)
            for x in range(480)
        ]
    )
    return image


@pytest.mark.parametrize("in_trash", [False, True])
@pytest.mark.parametrize("state", State)
def test_take_down__from_any_state(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory, state: State, in_trash: bool
) -> None:
    photo = make_photo(alice, state, trashed_at=timezone.now() if in_trash else None)
    sha256 = photo.sha256
    stores.put_item(ready_item(photo))
    stores.put_original(photo.pk)
    put_every_rendition(stores, photo)
    assert actions.take_down(photo.pk, actor=charlie, reason=WHY) is Outcome.DONE
    assert (stores.keys("originals/"), stores.rendition_keys()) == (set(), set())
    photo.refresh_from_db()
    assert (photo.state, photo.review_note, photo.trashed_at) == (State.REJECTED, WHY, None)
    assert photo.is_taken_down
    entry = HistoryEntry.objects.get()
    assert (entry.move, entry.from_state, entry.actor, entry.reason) == ("taken_down", state, charlie, WHY)
    record = TakenDown.objects.get()
    assert (record.by, record.reason, record.sha256) == (charlie, WHY, sha256)
    event = alice.account_events.get()
    assert (event.kind, event.actor) == ("photo_taken_down", charlie)
    assert event.details == {"photo": str(photo.pk), "reason": WHY}
    assert record.finished_at is not None
    assert len(record.dhash) == 16
    assert DeletionRecord.objects.get().photo_id == photo.pk
    assert used_bytes(alice) == size_of_rows(alice) == 0


def test_take_down__owner_is_told_even_if_it_was_rejected(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.REJECTED)
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    queue_pending()
    assert Notification.objects.get().photo_id == photo.pk


def test_take_down__bytes_are_reserved_while_the_signature_lives(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    until = timezone.now() + timedelta(minutes=16)
    photo = make_photo(alice, State.AWAITING, offered_until=until)
    reserved = photo.size_bytes
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    assert (used_bytes(alice), size_of_rows(alice)) == (reserved, 0)
    release_expired(until + timedelta(seconds=1))
    assert used_bytes(alice) == 0


def test_taken_down__signed_put_stores_nothing_again(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    until = timezone.now() + timedelta(minutes=16)
    photo = make_photo(alice, State.PENDING, offered_until=until)
    stores.put_original(photo.pk)
    stores.put_rendition(photo.pk)
    assert actions.take_down(photo.pk, actor=charlie, reason=WHY) is Outcome.DONE
    data = b"the same picture"
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    terms = OriginalTerms(photo.pk, alice.pk, len(data), "image/jpeg", checksum, "")
    with pytest.raises(OriginalExists):
        originals().put(terms, data)
    # The sweep leaves the seal while the signature lives, and takes it away at the end.
    sweep(until - timedelta(minutes=5))
    with pytest.raises(OriginalExists):
        originals().put(terms, data)
    sweep(until + timedelta(hours=3))
    assert stores.keys("originals/") == set()
    assert DeletionRecord.objects.get().closed_at is not None


ATTEMPTS: dict[str, Callable[[Photo, User, User], Outcome]] = {
    "caption": lambda photo, alice, _: words.change_words(photo.pk, actor=alice, caption="Mine"),
    "visibility": lambda photo, *_: actions.set_visibility(photo.pk, visibility=Visibility.PRIVATE),
    "trash": lambda photo, alice, _: actions.trash(photo.pk, actor=alice),
    "restore": lambda photo, alice, _: actions.restore(photo.pk, actor=alice),
    "retry": lambda photo, alice, _: actions.retry(photo.pk, actor=alice),
    "purge": lambda photo, *_: actions.purge(photo.pk, only_from_trash=False),
    "purge-from-trash": lambda photo, *_: actions.purge(photo.pk, only_from_trash=True),
    "approve": lambda photo, _, mod: actions.approve(photo.pk, actor=mod, words_mark=photo.words_mark),
    "reject": lambda photo, _, mod: actions.reject(photo.pk, actor=mod, reason="no"),
    "put-back": lambda photo, _, mod: actions.put_back(photo.pk, actor=mod),
    "again": lambda photo, _, mod: actions.take_down(photo.pk, actor=mod, reason="again"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_taken_down__is_final(
    stores: Stores,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    attempt: Callable[[Photo, User, User], Outcome],
) -> None:
    photo = make_photo(alice)
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    before = Photo.objects.values().get()
    assert attempt(photo, alice, charlie) is Outcome.TAKEN_DOWN
    assert Photo.objects.values().get() == before
    assert HistoryEntry.objects.count() == 1


def test_taken_down__late_item_brings_nothing_back(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    stores.put_item(ready_item(photo))
    assert settle([photo.pk]) == set()
    assert not Photo.objects.get().has_picture


def test_take_down__someone_was_first(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    assert takedown.take_down_photo(photo.pk, actor=charlie, reason=WHY, dhash="")
    assert not takedown.take_down_photo(photo.pk, actor=charlie, reason=WHY, dhash="")
    assert actions.take_down(uuid4(), actor=charlie, reason=WHY) is Outcome.CONFLICT


def test_take_down__unreachable_store_is_continued_by_the_sweep(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory, settings: SettingsWrapper
) -> None:
    photo = make_photo(alice)
    stores.put_original(photo.pk)
    put_every_rendition(stores, photo)
    bucket = settings.RENDITIONS_BUCKET
    settings.RENDITIONS_BUCKET = "there-is-no-such-bucket"
    assert actions.take_down(photo.pk, actor=charlie, reason=WHY) is Outcome.REMOVAL_CONTINUES
    assert TakenDown.objects.get().finished_at is None
    settings.RENDITIONS_BUCKET = bucket
    assert sweep().takedowns_finished == 1
    assert stores.rendition_keys() == set()
    assert TakenDown.objects.get().finished_at is not None


@pytest.fixture
def distribution(stores: Stores, settings: SettingsWrapper) -> str:
    edge_cache._client.cache_clear()
    made = stores.aws.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "test",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "s3",
                        "DomainName": "example.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {"TargetOriginId": "s3", "ViewerProtocolPolicy": "https-only"},
        }
    )
    settings.PICTURES_DISTRIBUTION_ID = made["Distribution"]["Id"]
    return str(settings.PICTURES_DISTRIBUTION_ID)


def test_take_down__cached_copies_are_invalidated(
    stores: Stores, distribution: str, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    assert actions.take_down(photo.pk, actor=charlie, reason=WHY) is Outcome.DONE
    cloudfront = stores.aws.client("cloudfront")
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    found = cloudfront.get_invalidation(DistributionId=distribution, Id=listed[0]["Id"])
    paths = found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    for policy in EVER:
        for spec in policy.renditions:
            assert any(f"/{policy.key(spec, photo.pk)}".startswith(path[:-1]) for path in paths)
    # CloudFront takes * for a wildcard at the end only.
    assert {path.index("*") for path in paths} == {len(path) - 1 for path in paths}


def test_take_down__unreachable_cache_expires_with_the_urls(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory, settings: SettingsWrapper
) -> None:
    settings.PICTURES_DISTRIBUTION_ID = "NONE"
    edge_cache._client.cache_clear()
    photo = make_photo(alice)
    assert actions.take_down(photo.pk, actor=charlie, reason=WHY) is Outcome.REMOVAL_CONTINUES
    at = TakenDown.objects.get().at
    assert not takedown.continue_one(photo.pk, at + timedelta(minutes=13))
    assert takedown.continue_one(photo.pk, at + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("change", "is_alike"),
    [
        ("same", True),
        ("resized", True),
        ("quality 30", True),
        ("brighter", True),
        ("other picture", False),
        ("mirrored", False),
    ],
)
def test_lookalikes__encoded_again_and_resized(
    stores: Stores,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    tmp_path: Any,
    change: str,
    is_alike: bool,
) -> None:
    first = pattern()
    photo = make_photo(alice)
    stores.put_item(ready_item(photo, dhash=dhash(first)))
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    second = first
    if change == "resized":
        second = first.resize((213, 142), Image.Resampling.LANCZOS)
    elif change == "quality 30":
        first.save(tmp_path / "again.jpg", quality=30)
        second = Image.open(tmp_path / "again.jpg").convert("RGB")
    elif change == "brighter":
        second = first.point(lambda level: min(255, level * 0.8 + 30))
    elif change == "other picture":
        second = pattern(128).rotate(90, expand=True)
    elif change == "mirrored":
        second = first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    other = uuid4()
    assert takedown.lookalikes([(other, dhash(second), "cd" * 32)]) == ({other} if is_alike else set())


@pytest.mark.parametrize("same", ["dhash", "sha256"])
def test_settle__lookalike_of_trusted_owner_waits_for_review(
    stores: Stores, alice: User, charlie: User, trusted: User, make_photo: PhotoFactory, same: str
) -> None:
    first = make_photo(alice)
    stores.put_item(ready_item(first, dhash="0f0f33cc55aa00ff" if same == "dhash" else ""))
    sha256 = first.sha256
    actions.take_down(first.pk, actor=charlie, reason=WHY)
    changes = {"dhash": "0f0f33cc55aa00fe"} if same == "dhash" else {"dhash": "", "sha256": sha256}
    again, other = make_photo(trusted, State.AWAITING), make_photo(trusted, State.AWAITING)
    stores.put_item(ready_item(again, **changes))
    stores.put_item(ready_item(other, dhash="f0f0cc33aa55ff00"))
    settle([again.pk, other.pk])
    again.refresh_from_db()
    other.refresh_from_db()
    assert (again.state, again.review_hint) == (State.PENDING, reasons.LOOKS_TAKEN_DOWN.code)
    assert (other.state, other.review_hint) == (State.APPROVED, "")


def test_taken_down__same_file_is_a_new_photo(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    sha256 = photo.sha256
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    assert make_photo(alice, State.AWAITING, sha256=sha256).pk != photo.pk


def test_taken_down__hash_outlives_the_owner(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    actions.take_down(photo.pk, actor=charlie, reason=WHY)
    assert purge_photo(photo.pk)
    assert not Photo.objects.exists()
    assert TakenDown.objects.get().photo_id == photo.pk
    assert used_bytes(alice) == 0


@pytest.mark.parametrize("decision", ["approve", "reject", "put-back", "again"])
@pytest.mark.parametrize(
    ("others", "setting", "is_refused"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_decision__about_ones_own_photo(
    stores: Stores,
    alice: User,
    charlie: User,
    admin: User,
    make_photo: PhotoFactory,
    settings: SettingsWrapper,
    decision: str,
    others: bool,
    setting: bool,
    is_refused: bool,
) -> None:
    settings.MODERATORS_MAY_DECIDE_OWN = setting
    User.objects.filter(pk=admin.pk).update(is_active=others)
    photo = make_photo(charlie, State.REJECTED)
    outcome = ATTEMPTS[decision](photo, alice, charlie)
    assert (outcome is Outcome.OWN_PHOTO) is is_refused
    assert HistoryEntry.objects.exists() is not is_refused
