"""Photos that look the same: found by an index, grouped, decided by their owner."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.duplicates import compare, groups
from gallery.duplicates.compare import LAG, LATE, MOST_IN_GROUP, compare_later, compare_some
from gallery.duplicates.hashes import BANDS, BITS_OF_A_BAND, MOST_DIFFERENT, hash_of
from gallery.duplicates.models import Compared, Fingerprint, Late
from gallery.photos import actions
from gallery.photos.models import Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import State
from gallery.processing.settle import settle
from gallery.storage import catalogue
from tests.gallery.stores import failed_item, ready_item

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db

HASH = 0x0123456789ABCDEF
PROCESSED = timezone.now() - timedelta(hours=1)


def flipped(bits: int, number: int, *, seed: int = 1) -> int:
    """Return a hash that differs in so many bits."""
    for bit in random.Random(seed).sample(range(64), number):
        bits ^= 1 << bit
    return bits


@pytest.fixture
def seen(make_photo: PhotoFactory, stores: Stores, alice: User) -> object:
    """Return a function that creates a photo that the worker gave this hash."""
    made: list[Photo] = []

    def make(
        bits: int, owner: User = alice, width: int = 3000, height: int = 2000, **fields: object
    ) -> Photo:
        processed_at = PROCESSED + timedelta(seconds=len(made))
        photo = make_photo(owner, width=width, height=height, processed_at=processed_at, **fields)
        stores.put_item(ready_item(photo, dhash=f"{bits:016x}"))
        made.append(photo)
        return photo

    return make


def compare_all() -> int:
    """Compare all photos."""
    return compare_some(has_time=lambda: True)


def groups_found(owner: User) -> list[set[UUID]]:
    """Return the ids of each group that waits for a decision."""
    return [{photo.pk for photo in group.photos} for group in groups.undecided(owner)[0]]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("bits", [0, 1, MOST_DIFFERENT, MOST_DIFFERENT + 1])
def test_hash__up_to_seven_bits_share_a_nearby_band(bits: int, seed: int) -> None:
    one = hash_of(f"{random.Random(seed).getrandbits(64):016x}")
    assert one
    other = hash_of(f"{flipped(one.bits % 2**64, bits, seed=seed):016x}")
    assert other
    found = any(other.bands[band] in one.nearby(band) for band in range(BANDS))
    assert one.is_near(other.bits) == (bits <= MOST_DIFFERENT)
    assert found or bits > MOST_DIFFERENT
    assert all(len(set(one.nearby(band))) == BITS_OF_A_BAND + 1 for band in range(BANDS))


@pytest.mark.parametrize("dhash", ["", "0" * 16, "f" * 16, "8000000000000000"])
def test_hash__says_too_little(dhash: str) -> None:
    assert hash_of(dhash) is None


@pytest.mark.parametrize(
    ("bits", "width", "height", "is_found"),
    [
        (0, 3000, 2000, True),
        (MOST_DIFFERENT, 1500, 1000, True),
        (2, 3000, 2060, True),
        (MOST_DIFFERENT + 1, 3000, 2000, False),
        (0, 2000, 3000, False),
        (0, 3000, 2200, False),
    ],
)
def test_compare__finds_copies(
    seen: Any, alice: User, bits: int, width: int, height: int, *, is_found: bool
) -> None:
    first, other = seen(HASH), seen(flipped(HASH, bits), width=width, height=height)
    seen(flipped(HASH, 30))
    assert compare_all() == 3
    assert groups_found(alice) == ([{first.pk, other.pk}] if is_found else [])
    assert compare_all() == 0


def test_compare__other_colors(seen: Any, alice: User, stores: Stores) -> None:
    seen(HASH)
    stores.put_item(ready_item(seen(HASH), dhash=f"{HASH:016x}", thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A"))
    compare_all()
    assert groups_found(alice) == []


def test_compare__people_apart(seen: Any, alice: User, bob: User) -> None:
    seen(HASH)
    seen(HASH, owner=bob)
    compare_all()
    assert groups_found(alice) == groups_found(bob) == []
    assert not Fingerprint.objects.filter(group__isnull=False).exists()


def test_compare__waits_for_transactions_that_began_before(seen: Any) -> None:
    late = seen(HASH)
    Photo.objects.filter(pk=late.pk).update(processed_at=timezone.now())
    assert compare_all() == 0


def test_compare__goes_on_where_it_stopped(seen: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "STEP", 2)
    same_instant = [seen(flipped(HASH, number)) for number in range(5)]
    Photo.objects.update(processed_at=PROCESSED)
    turns = iter([True, True, True, False])
    assert compare_some(has_time=lambda: next(turns)) == 2
    assert compare_all() == 3
    assert groups_found(alice) == [{photo.pk for photo in same_instant}]


def test_compare__a_catalogue_that_does_not_answer(
    seen: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = seen(HASH), seen(HASH)
    with monkeypatch.context() as broken:
        broken.setattr(catalogue, "read", lambda _ids: catalogue.Reading(complete=False))
        assert compare_all() == 0
    compare_all()
    assert groups_found(alice) == [{first.pk, other.pk}]


def test_compare__a_step_by_another_sweep(seen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(HASH)
    read = catalogue.read

    def and_the_other(ids: Any) -> catalogue.Reading:
        monkeypatch.setattr(catalogue, "read", read)
        compare_all()
        return read(ids)

    monkeypatch.setattr(catalogue, "read", and_the_other)
    assert compare_all() == 0
    assert Fingerprint.objects.count() == Compared.objects.count() == 1


def test_compare__joins_two_groups_by_a_photo_between(seen: Any, alice: User) -> None:
    far = flipped(HASH, 8)
    between = HASH ^ sum(1 << bit for bit in range(64) if (HASH ^ far) >> bit & 1 and bit < 32)
    photos = [seen(bits) for bits in (HASH, HASH, far, far, between)]
    compare_all()
    assert groups_found(alice) == [{photo.pk for photo in photos}]


def test_compare__a_group_is_bounded(seen: Any, alice: User) -> None:
    for _ in range(MOST_IN_GROUP + 2):
        seen(HASH)
    compare_all()
    assert [len(group) for group in groups_found(alice)] == [MOST_IN_GROUP]


def test_compare__a_picture_that_changed_leaves_its_group(seen: Any, alice: User, stores: Stores) -> None:
    first, other = seen(HASH), seen(HASH)
    compare_all()
    stores.put_item(ready_item(other, dhash=f"{flipped(HASH, 30):016x}"))
    Photo.objects.filter(pk=other.pk).update(processed_at=PROCESSED + timedelta(minutes=5))
    compare_all()
    assert groups_found(alice) == []
    stores.put_item(failed_item(first))
    Photo.objects.filter(pk=first.pk).update(processed_at=PROCESSED + timedelta(minutes=6))
    compare_all()
    assert [row.pk for row in Fingerprint.objects.all()] == [other.pk]


def test_compare__the_same_picture_again_changes_nothing(seen: Any, alice: User) -> None:
    first, other = seen(HASH), seen(HASH)
    compare_all()
    groups.keep_all(alice, Fingerprint.objects.get(pk=first.pk).group)
    Photo.objects.filter(pk=other.pk).update(processed_at=PROCESSED + timedelta(minutes=5))
    assert compare_all() == 1
    assert groups_found(alice) == []


def test_groups__trash_restore_purge(seen: Any, alice: User) -> None:
    first, other = seen(HASH), seen(HASH)
    compare_all()
    actions.trash(other.pk, actor=alice)
    assert groups_found(alice) == []
    actions.restore(other.pk, actor=alice)
    assert groups_found(alice) == [{first.pk, other.pk}]
    assert purge_photo(other.pk)
    assert groups_found(alice) == []
    assert groups.undecided(alice) == ([], 0)


@pytest.mark.parametrize("state", [State.AWAITING, State.FAILED])
def test_groups__without_a_picture(seen: Any, alice: User, state: State) -> None:
    seen(HASH)
    seen(HASH, state=state)
    compare_all()
    assert groups_found(alice) == []


def test_groups__best_first(seen: Any, alice: User) -> None:
    small = seen(HASH, width=1500, height=1000, size_bytes=9_000)
    first = seen(HASH, size_bytes=2_000)
    larger_file = seen(HASH, size_bytes=3_000)
    later = seen(HASH, size_bytes=2_000, created_at=first.created_at + timedelta(days=1))
    compare_all()
    (group,) = groups.undecided(alice)[0]
    assert list(group.photos) == [larger_file, first, later, small]


def test_groups__kept_until_another_joins(seen: Any, alice: User, bob: User) -> None:
    first, other = seen(HASH), seen(HASH)
    compare_all()
    group = Fingerprint.objects.get(pk=first.pk).group
    assert groups.keep_all(bob, group) == 0
    assert groups_found(alice) == [{first.pk, other.pk}]
    assert groups.keep_all(alice, group) == 2
    assert groups_found(alice) == []
    third = seen(HASH)
    compare_all()
    assert groups_found(alice) == [{first.pk, other.pk, third.pk}]


def test_groups__a_raw_under_its_jpeg_is_no_copy(file: Any, stores: Stores, alice: User) -> None:
    for kind in ("JPEG", "ARW"):
        photo = file(kind, "DSC1.x", processed_at=PROCESSED, width=3000, height=2000)
        stores.put_item(ready_item(photo))
    compare_all()
    assert groups.undecided(alice) == ([], 0)


def test_compare__statements(seen: Any) -> None:
    """A step costs two statements a photo, and two more for one that looks like another."""
    rng = random.Random(3)
    for _ in range(30):
        seen(rng.getrandbits(64))
    with CaptureQueriesContext(connection) as alone:
        compare_all()
    begun = len(alone) - 2 * 30
    for _ in range(10):
        seen(HASH)
    with CaptureQueriesContext(connection) as alike:
        compare_all()
    assert 0 < begun <= 16
    assert len(alike) - begun <= 4 * 10


def test_compare__ends_without_time_in_the_middle_of_a_step(seen: Any, alice: User) -> None:
    photos = [seen(HASH) for _ in range(3)]
    turns = iter([True, True, False, False])
    assert compare_some(has_time=lambda: next(turns)) == 2
    assert compare_all() == 1
    assert groups_found(alice) == [{photo.pk for photo in photos}]


def test_compare__what_is_adopted_late(
    seen: Any, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    late = make_photo(alice, State.AWAITING)
    first = seen(HASH)
    compare_all()
    passed = (PROCESSED - timedelta(seconds=30)).isoformat()
    stores.put_item(ready_item(late, dhash=f"{HASH:016x}", processed_at=passed))
    assert settle([late.pk]) == {late.pk}
    assert compare_all() == 1
    assert groups_found(alice) == [{first.pk, late.pk}]
    assert compare_all() == 0


def test_compare_later__costs_nothing_for_what_is_new() -> None:
    now = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        compare_later({uuid4(): now - LATE}, now=now)
    assert len(queries) == 0
    assert LATE < LAG


def test_compare__a_turned_picture_keeps_its_group(seen: Any, alice: User, stores: Stores) -> None:
    first, other = seen(HASH), seen(HASH)
    compare_all()
    groups.keep_all(alice, Fingerprint.objects.get(pk=first.pk).group)
    stores.put_item(ready_item(other, dhash=f"{HASH:016x}", thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A"))
    Photo.objects.filter(pk=other.pk).update(
        width=2000, height=3000, processed_at=PROCESSED + timedelta(minutes=5)
    )
    assert compare_all() == 1
    assert groups_found(alice) == []
    assert groups.reopen(alice, Fingerprint.objects.get(pk=first.pk).group) == 2
    assert groups_found(alice) == [{first.pk, other.pk}]
    assert Fingerprint.objects.get(pk=other.pk).thumbhash == "3OcRJYB4d3h/iIeHeEh3eIhw+j3A"


def test_compare__those_without_time_stay_named(
    make_photo: PhotoFactory, alice: User, stores: Stores
) -> None:
    now = timezone.now()
    old = now - timedelta(hours=1)
    photos = [make_photo(alice, processed_at=old) for _ in range(2)]
    for photo in photos:
        stores.put_item(ready_item(photo))
    compare_later({photo.pk: old for photo in photos}, now=now)
    times = iter([True, False, False])
    assert compare_some(has_time=lambda: next(times)) == 1
    assert Late.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_compare_later__one_was_purged_meanwhile(make_photo: PhotoFactory, alice: User) -> None:
    now = timezone.now()
    photo, old = make_photo(alice), now - timedelta(hours=1)
    compare_later({uuid4(): old, photo.pk: old}, now=now)
    assert [late.pk for late in Late.objects.all()] == [photo.pk]
