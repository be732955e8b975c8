from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from tests.thumbworker.decoders import paint
from tests.thumbworker.fakes import UPLOADED_AT, World
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.contract import limits
from thumbworker.contract.items import Status
from thumbworker.contract.policy import CURRENT, RenditionPolicy, RenditionSpec, clean_copy_key
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused
from thumbworker.interfaces import StoreUnavailable
from thumbworker.reconcile import Outcome, Reconciler, Request, Result, missing

if TYPE_CHECKING:
    from thumbworker.imaging import Picture
    from thumbworker.reconcile import Reconciliation

NEXT_POLICY = RenditionPolicy(
    CURRENT.version + 1, (*CURRENT.renditions, RenditionSpec("64", 64, "webp", 80, 2))
)

FRESH_CALLS = {
    "GetObject": 1,
    "PutObject": len(CURRENT.renditions),
    "PutItem": 1,
    "HeadObject": 1,
    "Publish": 1,
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def photo_id() -> UUID:
    return uuid4()


def run(
    world: World,
    photo_id: UUID,
    *,
    received_before: bool = False,
    nudged: bool = False,
    quarter_turns: int = 0,
    clean_copy: bool = False,
) -> Result:
    world.calls.names.clear()
    reconciler = Reconciler(world.stores, "https://photos.example")
    request = Request(photo_id, received_before, nudged, quarter_turns, clean_copy)
    return run_steps(reconciler.reconcile(request))


def run_steps(steps: Reconciliation) -> Result:
    """Decode between the two halves of a reconciliation, as a batch does."""
    observed = next(steps)
    data = observed.data
    decoded: Picture | Refused | None = None
    if data is not None:
        try:
            decoded = paint(data, observed.quarter_turns)
        except Refused as refusal:
            decoded = refusal
    with pytest.raises(StopIteration) as end:
        steps.send(decoded)
    return end.value.value


def test_reconcile__upload(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, owner="42")
    result = run(world, photo_id)
    item = world.catalogue.items[photo_id]
    assert result == Result(Outcome.READY, item)
    assert (item.status, item.owner, item.uploaded_at) == (Status.READY, "42", UPLOADED_AT)
    assert (item.width, item.height, item.size_bytes) == (4000, 3000, len(b"a picture"))
    assert {made.key for made in item.renditions} == set(world.renditions.files)
    assert [made.size_bytes for made in item.renditions] == [
        len(world.renditions.files[made.key].data) for made in item.renditions
    ]
    (news,) = world.topic.published
    assert (news.type, news.owner, news.status) == ("photo.processed", "42", "READY")
    assert news.address == f"https://photos.example/photos/{photo_id}/"


def test_reconcile__calls_of_new_photo(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    assert world.calls.count() == FRESH_CALLS
    assert world.calls.names[-2:] == ["HeadObject", "Publish"]


def test_reconcile__repeat_of_complete_photo(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    assert run(world, photo_id, received_before=True).outcome is Outcome.UNCHANGED
    assert world.calls.names == ["GetItem", "HeadObject", "Publish"]
    first, second = world.topic.published
    assert first == second


@pytest.mark.parametrize("received_before", [False, True])
def test_reconcile__nudge_makes_lost_renditions_again(
    world: World, photo_id: UUID, received_before: bool
) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    made = dict(world.renditions.files)
    world.renditions.files.clear()
    assert run(world, photo_id, received_before=received_before, nudged=True).outcome is Outcome.READY
    assert world.renditions.files.keys() == made.keys()


def test_reconcile__repeat_before_item(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    assert run(world, photo_id, received_before=True).outcome is Outcome.READY
    assert world.calls.count() == FRESH_CALLS | {"GetItem": 1}


def test_reconcile__nudge_after_new_policy(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    item = world.catalogue.items[photo_id]
    assert missing(item, CURRENT) == frozenset()
    assert missing(item, NEXT_POLICY) == {NEXT_POLICY.key(spec, photo_id) for spec in NEXT_POLICY.renditions}
    newer = Reconciler(world.stores, "https://photos.example", policy=NEXT_POLICY)
    assert next(newer.reconcile(Request(photo_id, nudged=True))).data is not None


def test_reconcile__refused_picture(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, b"damaged")
    assert run(world, photo_id).outcome is Outcome.FAILED
    item = world.catalogue.items[photo_id]
    assert (item.status, item.reason, len(item.sha256)) == (Status.FAILED, Reason.DAMAGED, 64)
    assert not world.renditions.files
    (news,) = world.topic.published
    assert (news.type, news.status, news.reason) == ("photo.failed", "FAILED", Reason.DAMAGED)


def test_reconcile__repeat_of_failed_photo(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, b"damaged")
    run(world, photo_id)
    assert run(world, photo_id, received_before=True).outcome is Outcome.UNCHANGED
    assert world.calls.names == ["GetItem", "HeadObject", "Publish"]


def test_reconcile__nudge_of_failed_photo(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, b"damaged")
    run(world, photo_id)
    world.upload(photo_id, b"a decoder has learned to read this")
    assert run(world, photo_id, nudged=True).outcome is Outcome.READY
    assert world.catalogue.items[photo_id].status is Status.READY


def test_reconcile__failed_never_replaces_ready(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    ready = world.catalogue.items[photo_id]
    world.upload(photo_id, b"damaged")
    assert run(world, photo_id).item == ready
    assert world.catalogue.items[photo_id] == ready
    assert {news.type for news in world.topic.published} == {"photo.processed"}


def test_reconcile__too_large_original(world: World, photo_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ORIGINAL_BYTES", 8)
    world.upload(photo_id, b"damaged nine")
    run(world, photo_id)
    item = world.catalogue.items[photo_id]
    assert (item.reason, item.sha256, item.size_bytes) == (Reason.TOO_LARGE, "", 12)


def test_reconcile__deleted_original(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    world.originals.files.clear()
    assert run(world, photo_id).outcome is Outcome.DELETED
    assert world.has_nothing_derived()
    assert world.calls.names == ["GetObject", "DeleteObjects", "GetItem", "Publish", "DeleteItem"]
    assert run(world, photo_id).outcome is Outcome.ABSENT
    assert [news.type for news in world.topic.published] == ["photo.processed", "photo.deleted"]


def test_reconcile__deletes_item_last(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    world.originals.files.clear()
    world.calls.failing = {"Publish": 1}
    with pytest.raises(StoreUnavailable):
        run(world, photo_id)
    assert photo_id in world.catalogue.items
    assert run(world, photo_id, received_before=True).outcome is Outcome.DELETED
    assert [news.type for news in world.topic.published] == ["photo.processed", "photo.deleted"]


def test_reconcile__deletes_renditions_of_every_policy(world: World, photo_id: UUID) -> None:
    deleted: list[str] = []

    class Recording:
        def put(self, file: object) -> None: ...
        def delete(self, keys: list[str]) -> None:
            deleted.extend(keys)

    stores = replace(world.stores, renditions=Recording())
    run_steps(Reconciler(stores, "https://photos.example").reconcile(Request(photo_id)))
    assert {CURRENT.key(spec, photo_id) for spec in CURRENT.renditions} <= set(deleted)


@pytest.mark.parametrize("moment", ["PutObject", "PutItem", "HeadObject"])
def test_reconcile__original_deleted_while_writing(world: World, photo_id: UUID, moment: str) -> None:
    world.upload(photo_id)
    world.calls.before = {moment: world.originals.files.clear}
    assert run(world, photo_id).outcome is Outcome.DELETED
    assert world.has_nothing_derived()
    assert [news.type for news in world.topic.published] == ["photo.deleted"]


def test_reconcile__original_deleted_before_repeat(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    world.originals.files.clear()
    assert run(world, photo_id, received_before=True).outcome is Outcome.DELETED
    assert world.has_nothing_derived()


@pytest.mark.parametrize("call", ["GetObject", "PutObject", "PutItem", "HeadObject", "Publish"])
def test_reconcile__repeat_after_failure_of_any_call(world: World, photo_id: UUID, call: str) -> None:
    world.upload(photo_id)
    world.calls.failing = {call: 1}
    with pytest.raises(StoreUnavailable):
        run(world, photo_id)
    run(world, photo_id, received_before=True)
    assert world.catalogue.items[photo_id].status is Status.READY
    assert len(world.renditions.files) == len(CURRENT.renditions)
    assert [news.type for news in world.topic.published] == ["photo.processed"]


def turns_made(world: World, photo_id: UUID) -> int:
    """Return how the picture is turned, of an item that names stored renditions of these turns."""
    item = world.catalogue.items[photo_id]
    wanted = {CURRENT.key(spec, photo_id, item.quarter_turns) for spec in CURRENT.renditions}
    assert {made.key for made in item.renditions} == wanted
    assert wanted <= set(world.renditions.files)
    for key in wanted:
        # The fake decoder writes into the bytes how it was asked to turn them.
        assert world.renditions.files[key].data.decode().endswith(str(item.quarter_turns or ""))
    return item.quarter_turns


def test_reconcile__turns_as_the_nudge_asks(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    assert turns_made(world, photo_id) == 0
    run(world, photo_id, nudged=True, quarter_turns=1)
    assert turns_made(world, photo_id) == 1
    assert world.calls.count() == FRESH_CALLS | {"GetItem": 1}


@pytest.mark.parametrize("order", list(permutations([1, 4, 6])))
def test_reconcile__last_turn_wins_in_any_order(world: World, photo_id: UUID, order: tuple[int, ...]) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    for turns in order:
        run(world, photo_id, nudged=True, quarter_turns=turns)
    assert turns_made(world, photo_id) == 6


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"nudged": True}, id="nudge"),
        pytest.param({"received_before": True}, id="repeat"),
        pytest.param({}, id="event-that-came-twice"),
    ],
)
def test_reconcile__what_is_made_again_stays_turned(
    world: World, photo_id: UUID, again: dict[str, bool]
) -> None:
    world.upload(photo_id)
    run(world, photo_id, nudged=True, quarter_turns=3)
    made = {key: file for key, file in world.renditions.files.items() if "-r3" in key}
    if again.get("nudged"):
        world.renditions.files.clear()
    item = run(world, photo_id, **again).item
    assert item is not None
    assert (item.quarter_turns, turns_made(world, photo_id)) == (3, 3)
    assert {key: file for key, file in world.renditions.files.items() if "-r3" in key} == made


def test_reconcile__older_turn_that_ends_later_loses(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    run(world, photo_id)
    world.calls.before["PutItem"] = lambda: world.catalogue.items.update(
        {photo_id: replace(world.catalogue.items[photo_id], quarter_turns=2)}
    )
    item = run(world, photo_id, nudged=True, quarter_turns=1).item
    assert item is not None
    assert item.quarter_turns == world.catalogue.items[photo_id].quarter_turns == 2


def test_reconcile__deletion_takes_renditions_of_all_turns(world: World, photo_id: UUID) -> None:
    world.upload(photo_id)
    for turns in range(5):
        run(world, photo_id, nudged=True, quarter_turns=turns)
    assert len(world.renditions.files) == 4 * len(CURRENT.renditions)
    world.originals.files.clear()
    assert run(world, photo_id).outcome is Outcome.DELETED
    assert world.has_nothing_derived()


SAYS = b"Ada Author was here"


def test_reconcile__clean_copy_of_a_complete_photo(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, saved(quarters(), comment=SAYS))
    run(world, photo_id)
    before = dict(world.renditions.files), dict(world.catalogue.items)
    assert run(world, photo_id, clean_copy=True).outcome is Outcome.UNCHANGED
    # Nothing is decoded, and the item stays.
    assert world.calls.names == ["GetItem", "GetObject", "PutObject", "HeadObject", "Publish"]
    file = world.renditions.files.pop(clean_copy_key(photo_id))
    assert (world.renditions.files, world.catalogue.items) == before
    assert file.data == saved(quarters())
    assert SAYS not in file.data


def test_reconcile__clean_copy_before_the_item(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, saved(quarters(), comment=SAYS))
    assert run(world, photo_id, clean_copy=True, nudged=True).outcome is Outcome.READY
    assert len(world.renditions.files) == len(CURRENT.renditions) + 1
    assert world.renditions.files[clean_copy_key(photo_id)].data == saved(quarters())


@pytest.mark.parametrize("data", [b"a picture", b"x" * (limits.MAX_ORIGINAL_BYTES + 1)])
def test_reconcile__no_clean_copy_is_an_empty_one(world: World, photo_id: UUID, data: bytes) -> None:
    world.upload(photo_id, data)
    run(world, photo_id, clean_copy=True)
    assert world.renditions.files[clean_copy_key(photo_id)].data == b""


def test_reconcile__clean_copy_of_a_deleted_original(world: World, photo_id: UUID) -> None:
    world.upload(photo_id, saved(quarters(), comment=SAYS))
    run(world, photo_id)
    # Deleted while the copy is made: what the removal's own event left is removed here.
    world.calls.before["PutObject"] = world.originals.files.clear
    assert run(world, photo_id, clean_copy=True).outcome is Outcome.DELETED
    assert world.renditions.files == {}
    assert run(world, photo_id, clean_copy=True).outcome is Outcome.ABSENT
    assert world.renditions.files == {}
