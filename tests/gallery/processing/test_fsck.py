"""Every kind of damage is named, repaired or refused, and what is good is never touched."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord, MonthCount, Photo
from gallery.photos.states import State, Visibility
from gallery.processing import damage, fsck, side_by_side
from gallery.processing.damage import KINDS, Kind
from gallery.processing.fsck import Fsck, Report
from gallery.storage import catalogue, queues
from tests.gallery.conftest import size_of_rows
from tests.gallery.stores import Stores, failed_item, ready_item
from thumbworker.contract import keys
from thumbworker.contract.policy import CLEAN_COPY, CURRENT, EVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from tests.gallery.conftest import PhotoFactory
    from thumbworker.contract.items import PhotoItem

pytestmark = pytest.mark.django_db

BYTES = b"original"
OLD = timedelta(hours=1)


class World:
    """A gallery whose stores agree, and what a test breaks in it."""

    def __init__(self, stores: Stores, owner: User, make_photo: PhotoFactory) -> None:
        self.stores, self.owner, self._make_photo = stores, owner, make_photo
        self.outputs = stores.aws.outputs

    def item(self, photo: Photo, **changes: Any) -> PhotoItem:
        at = photo.processed_at or timezone.now()
        return ready_item(photo, **({"processed_at": at.isoformat()} | changes))

    def photo(self, state: State = State.APPROVED, **fields: Any) -> Photo:
        """Add a photo whose row, original, item and renditions agree."""
        values = {"processed_at": timezone.now(), "size_bytes": len(BYTES), "format": "JPEG"}
        if state == State.AWAITING:
            values = {"size_bytes": len(BYTES)}
        photo = self._make_photo(self.owner, state, **(values | fields))
        self.stores.put_original(photo.pk, BYTES, owner=str(self.owner.pk))
        if state != State.AWAITING:
            self.make(photo)
        return photo

    def make(self, photo: Photo) -> None:
        """Write what the worker makes of an original."""
        item = self.item(photo)
        self.stores.put_item(item)
        for made in item.renditions:
            self.put_rendition(made.key, made.content_type, made.size_bytes)

    def put_rendition(self, key: str, content_type: str, size_bytes: int) -> None:
        head = {
            "image/webp": b"RIFF\0\0\0\0WEBP",
            "image/avif": b"\0\0\0\x1cftypavif",
            "image/jpeg": b"\xff\xd8\xff",
        }[content_type]
        body = head.ljust(size_bytes, b"\0")
        self.stores.s3.put_object(Bucket=self.outputs.renditions_bucket, Key=key, Body=body)

    def put_item_as(self, photo_id: UUID, **values: str) -> None:
        item: Any = {"pk": {"S": keys.photo_item_key(photo_id)}}
        item |= {name: {"S": value} for name, value in values.items()}
        self.stores.dynamodb.put_item(TableName=self.outputs.catalogue_table, Item=item)

    def put_foreign(self, bucket: str, key: str) -> str:
        self.stores.s3.put_object(Bucket=bucket, Key=key, Body=b"?")
        return key

    def delete_original(self, photo_id: UUID) -> None:
        self.stores.s3.delete_object(Bucket=self.outputs.originals_bucket, Key=keys.original_key(photo_id))

    def work(self) -> None:
        """Do what the worker does: make the stores agree with the original of each nudged photo."""
        for key in self.stores.keys("nudges/"):
            photo_id = UUID(key.removeprefix("nudges/"))
            photo = Photo.objects.filter(pk=photo_id).first()
            if photo and keys.original_key(photo_id) in self.stores.keys("originals/"):
                photo.processed_at = timezone.now()
                self.make(photo)
            else:
                self.stores.delete_item(photo_id)
                for rendition in self.stores.rendition_keys():
                    if str(photo_id) in rendition:
                        self.stores.s3.delete_object(Bucket=self.outputs.renditions_bucket, Key=rendition)
            self.stores.s3.delete_object(Bucket=self.outputs.originals_bucket, Key=key)

    def everything(self) -> tuple[object, ...]:
        """Return what all stores hold, to be compared."""
        table = self.stores.dynamodb.scan(TableName=self.outputs.catalogue_table)["Items"]
        return (
            self.stores.keys(""),
            self.stores.rendition_keys(),
            sorted(map(str, table)),
            list(Photo.objects.order_by("pk").values()),
            list(DeletionRecord.objects.order_by("pk").values()),
            list(User.objects.order_by("pk").values("pk", "used_bytes")),
            list(MonthCount.objects.order_by("pk").values()),
            sum(queues.depth(url).waiting for url in self.dead_letter_urls()),
        )

    def dead_letter_urls(self) -> list[str]:
        return [self.outputs.thumbnails_dead_letter_queue_url, self.outputs.imports_dead_letter_queue_url]

    def dead_letter(self, key: str) -> str:
        body = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
        url = self.dead_letter_urls()[0]
        return self.stores.aws.client("sqs").send_message(QueueUrl=url, MessageBody=body)["MessageId"]


@pytest.fixture
def world(
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    world = World(stores, alice, make_photo)
    urls = world.dead_letter_urls()
    settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL, settings.IMPORTS_DEAD_LETTER_QUEUE_URL = urls
    queues._client.cache_clear()
    # Every test walks several pages.
    monkeypatch.setattr(side_by_side, "PAGE_SIZE", 2)
    monkeypatch.setattr(catalogue, "BATCH_SIZE", 2)
    world.photo(State.APPROVED)
    world.photo(State.REJECTED)
    return world


# ---- the ways to break it, each of which returns the subject of the finding -------------------------------


def lose_original(world: World) -> object:
    photo = world.photo()
    world.delete_original(photo.pk)
    return photo.pk


def replace_original(world: World) -> object:
    photo = world.photo()
    world.stores.put_original(photo.pk, b"something else")
    return photo.pk


def replace_original_by_equal_size(world: World) -> object:
    photo = world.photo()
    world.stores.put_original(photo.pk, BYTES[::-1])
    world.stores.put_item(world.item(photo, sha256="cd" * 32))
    return photo.pk


def put_unknown_original(world: World) -> object:
    photo_id = uuid4()
    world.stores.put_original(photo_id, owner=str(world.owner.pk))
    return photo_id


def put_original_of_no_one(world: World) -> object:
    photo_id = uuid4()
    world.stores.put_original(photo_id)
    return photo_id


def bring_deleted_back(world: World) -> object:
    photo_id, long_ago = uuid4(), timezone.now() - timedelta(days=2)
    world.stores.put_original(photo_id)
    DeletionRecord.objects.create(
        photo_id=photo_id, purged_at=long_ago, offered_until=long_ago, closed_at=timezone.now()
    )
    return photo_id


def lose_item(world: World) -> object:
    photo = world.photo()
    world.stores.delete_item(photo.pk)
    return photo.pk


def write_other_schema(world: World) -> object:
    photo = world.photo()
    world.put_item_as(photo.pk, status="READY", schema_version="99")
    return photo.pk


def age_item(world: World) -> object:
    photo = world.photo()
    at = (timezone.now() - OLD).isoformat()
    world.stores.put_item(replace(world.item(photo), processed_at=at))
    return photo.pk


def fail_item(world: World) -> object:
    photo = world.photo()
    world.stores.put_item(failed_item(photo, processed_at=timezone.now().isoformat()))
    return photo.pk


def leave_item(world: World) -> object:
    photo_id = uuid4()
    world.put_item_as(photo_id, status="FAILED")
    return photo_id


def age_policy(world: World) -> object:
    photo = world.photo()
    world.stores.put_item(world.item(photo, policy_version=CURRENT.version - 1))
    return photo.pk


def lose_rendition(world: World) -> object:
    photo = world.photo()
    key = CURRENT.key(CURRENT.renditions[-1], photo.pk)
    world.stores.s3.delete_object(Bucket=world.outputs.renditions_bucket, Key=key)
    return photo.pk


def cut_rendition(world: World) -> object:
    photo = world.photo()
    spec = CURRENT.renditions[0]
    world.put_rendition(CURRENT.key(spec, photo.pk), spec.content_type, 12)
    return photo.pk


def spoil_rendition(world: World) -> object:
    photo = world.photo()
    key = CURRENT.key(CURRENT.renditions[1], photo.pk)
    world.stores.s3.put_object(Bucket=world.outputs.renditions_bucket, Key=key, Body=bytes(1000))
    return photo.pk


def leave_old_rendition(world: World) -> object:
    photo = world.photo()
    spec = EVER[0].renditions[0]
    world.put_rendition(EVER[0].key(spec, photo.pk), "image/webp", 100)
    return photo.pk


def leave_rendition(world: World) -> object:
    photo_id = uuid4()
    spec = CURRENT.renditions[0]
    world.put_rendition(CURRENT.key(spec, photo_id), spec.content_type, 100)
    return photo_id


def let_wait(world: World) -> object:
    return world.photo(State.AWAITING).pk


def let_wait_with_item(world: World) -> object:
    photo = world.photo(State.AWAITING)
    world.make(photo)
    return photo.pk


def give_up_too_early(world: World) -> object:
    photo = world.photo(State.AWAITING)
    Photo.objects.filter(pk=photo.pk).update(state=State.FAILED, reason="never_arrived")
    return photo.pk


def age_facts(world: World) -> object:
    photo = world.photo()
    Photo.objects.filter(pk=photo.pk).update(format="PNG")
    return photo.pk


def break_state(world: World) -> object:
    photo = world.photo()
    Photo.objects.filter(pk=photo.pk).update(processed_at=None)
    return photo.pk


def miscount_bytes(world: World) -> object:
    User.objects.filter(pk=world.owner.pk).update(used_bytes=1)
    return world.owner.username


def miscount_months(world: World) -> object:
    MonthCount.objects.update(photos=99)
    return world.owner.username


def put_foreign_original(world: World) -> object:
    return world.put_foreign(world.outputs.originals_bucket, "originals/holiday.jpg")


def put_foreign_folder(world: World) -> object:
    return world.put_foreign(world.outputs.originals_bucket, "backup/a").removesuffix("a")


def put_foreign_rendition(world: World) -> object:
    return world.put_foreign(world.outputs.renditions_bucket, "320/00000000-thumb.jpg")


def put_foreign_size(world: World) -> object:
    return world.put_foreign(world.outputs.renditions_bucket, "123456/a").removesuffix("a")


def leave_message(world: World) -> object:
    return world.dead_letter(keys.original_key(uuid4()))


def send_foreign_message(world: World) -> object:
    return world.dead_letter("inbox/alice/holiday.jpg")


BREAKS: dict[Callable[[World], object], tuple[Kind, bool]] = {
    lose_original: (damage.ORIGINAL_MISSING, False),
    replace_original: (damage.ORIGINAL_REPLACED, False),
    replace_original_by_equal_size: (damage.ORIGINAL_REPLACED, False),
    put_unknown_original: (damage.ORIGINAL_UNKNOWN, True),
    put_original_of_no_one: (damage.ORIGINAL_UNKNOWN, False),
    bring_deleted_back: (damage.ORIGINAL_DELETED, True),
    lose_item: (damage.ITEM_MISSING, True),
    write_other_schema: (damage.ITEM_UNREADABLE, True),
    age_item: (damage.ITEM_OUTDATED, True),
    fail_item: (damage.ITEM_FAILED, True),
    leave_item: (damage.ITEM_UNOWNED, True),
    age_policy: (damage.POLICY_OUTDATED, True),
    lose_rendition: (damage.RENDITION_MISSING, True),
    cut_rendition: (damage.RENDITION_RESIZED, True),
    spoil_rendition: (damage.RENDITION_GARBAGE, True),
    leave_old_rendition: (damage.RENDITION_REPLACED, True),
    leave_rendition: (damage.RENDITION_UNOWNED, True),
    let_wait: (damage.STUCK, True),
    let_wait_with_item: (damage.STUCK, True),
    give_up_too_early: (damage.STUCK, True),
    age_facts: (damage.FACTS_OUTDATED, True),
    break_state: (damage.STATE_BROKEN, False),
    miscount_bytes: (damage.USED_BYTES_WRONG, True),
    miscount_months: (damage.MONTHS_WRONG, True),
    put_foreign_original: (damage.OBJECT_FOREIGN, False),
    put_foreign_folder: (damage.OBJECT_FOREIGN, False),
    put_foreign_rendition: (damage.OBJECT_FOREIGN, False),
    put_foreign_size: (damage.OBJECT_FOREIGN, False),
    leave_message: (damage.MESSAGE_UNOWNED, True),
    send_foreign_message: (damage.MESSAGE_FOREIGN, False),
}


def run(**options: Any) -> Report:
    return Fsck(**({"deep": True, "late_after": -OLD} | options)).run()


def named(report: Report) -> dict[Kind, list[str]]:
    return {kind: sorted(count.examples) for kind, count in report.counts.items()}


def repaired(report: Report) -> dict[Kind, int]:
    return {kind: count.repaired for kind, count in report.counts.items() if count.repaired}


def test_breaks__are_of_every_kind() -> None:
    assert {kind for kind, _ in BREAKS.values()} == set(KINDS)
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert all(kind.repair or kind.advice for kind in KINDS)


def test_whole__nothing_is_named(world: World) -> None:
    report = run(repair=True)
    assert (named(report), report.photos, report.originals, report.is_clean) == ({}, 2, 2, True)


def test_dry_run__locks_and_writes_no_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it counts a library, its owner goes on uploading."""
    for break_one in BREAKS:
        break_one(world)
    locks: list[object] = []
    # SQLite writes no FOR UPDATE, so the demand is counted, too.
    lock = QuerySet.select_for_update
    monkeypatch.setattr(
        QuerySet, "select_for_update", lambda rows, **how: (locks.append(rows), lock(rows, **how))[1]
    )
    with CaptureQueriesContext(connection) as ran:
        report = run()
    said = [query["sql"] for query in ran.captured_queries]
    assert {damage.USED_BYTES_WRONG, damage.MONTHS_WRONG} <= report.counts.keys()
    assert [sql for sql in said if re.search(r"^(INSERT|UPDATE|DELETE) | FOR (NO KEY )?UPDATE", sql)] == []
    assert locks == []
    # A repair does lock, so the count is not blind.
    run(repair=True)
    assert locks


@pytest.mark.parametrize("break_one", BREAKS, ids=lambda way: way.__name__)
def test_damage__alone_is_named_repaired_or_refused(
    world: World, break_one: Callable[[World], object]
) -> None:
    kind, can_repair = BREAKS[break_one]
    subject = str(break_one(world))
    before = world.everything()
    report = run()
    assert named(report) == {kind: [subject]}
    assert not report.is_clean
    assert world.everything() == before, "a dry run changed something"

    assert repaired(run(repair=True)) == ({kind: 1} if can_repair else {})
    if not can_repair:
        assert world.everything() == before, "what can't be repaired was touched"
        return
    world.work()
    after = run(repair=True)
    if after.counts:
        # What the worker has made since is adopted. Then nothing is left to do.
        assert set(repaired(after)) <= {damage.FACTS_OUTDATED, damage.STUCK}
        after = run()
    assert named(after) == {}


def test_damage__together_is_named_and_repaired(world: World) -> None:
    expected: dict[Kind, list[str]] = {}
    for break_one, (kind, _) in BREAKS.items():
        expected.setdefault(kind, []).append(str(break_one(world)))
    assert named(run()) == {kind: sorted(subjects) for kind, subjects in expected.items()}
    for _ in range(3):
        report = run(repair=True)
        world.work()
    left = {kind for kind, can_repair in BREAKS.values() if not can_repair}
    assert (set(named(report)), repaired(report)) == (left, {}), "a second repair changed something"


def test_waiting__is_said_until_it_is_late(world: World) -> None:
    """Someone who emptied the queue hears of it at once, although the sweep has time to mend it."""
    world.photo(State.AWAITING)
    out = StringIO()
    call_command("fsck", stdout=out, stderr=StringIO())
    assert out.getvalue().splitlines() == [
        "3 photos, 3 originals.",
        "1 wait for the worker, none for 15 minutes yet.",
        "Nothing is damaged.",
    ]
    report = run()
    assert (report.waiting, list(report.counts)) == (0, [damage.STUCK])


def test_only__limits_what_is_repaired(world: World) -> None:
    lose_item(world)
    lose_rendition(world)
    report = run(repair=True, only=[damage.ITEM_MISSING])
    assert repaired(report) == {damage.ITEM_MISSING: 1}
    assert set(named(report)) == {damage.ITEM_MISSING, damage.RENDITION_MISSING}


def test_kinds__of_one_photo_are_all_named_and_nudged_once(world: World) -> None:
    photo = world.photo()
    first, *_, last = CURRENT.renditions
    bucket = world.outputs.renditions_bucket
    world.stores.s3.delete_object(Bucket=bucket, Key=CURRENT.key(first, photo.pk))
    world.put_rendition(CURRENT.key(last, photo.pk), last.content_type, 50)
    report = run(repair=True)
    assert set(named(report)) == {damage.RENDITION_MISSING, damage.RENDITION_RESIZED}
    assert world.stores.keys("nudges/") == {keys.nudge_key(photo.pk)}


# ---- what is no damage ------------------------------------------------------------------------------------


def test_waiting__is_no_damage_while_it_is_young(world: World) -> None:
    world.photo(State.AWAITING)
    report = Fsck().run()
    assert named(report) == {}


def test_waiting__of_a_closed_account_is_no_damage(world: World, alice: User) -> None:
    let_wait(world)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert damage.STUCK not in named(run())


def test_open_record__is_left_to_the_sweep(world: World) -> None:
    photo_id = UUID(str(bring_deleted_back(world)))
    spec = CURRENT.renditions[0]
    world.put_rendition(CURRENT.key(spec, photo_id), spec.content_type, 100)
    world.put_item_as(photo_id, status="READY")
    DeletionRecord.objects.update(closed_at=None)
    assert named(run(repair=True)) == {}


def test_item__of_an_original_without_row_belongs_to_it(world: World) -> None:
    photo_id = UUID(str(put_original_of_no_one(world)))
    world.put_item_as(photo_id, status="READY")
    assert named(run()) == {damage.ORIGINAL_UNKNOWN: [str(photo_id)]}


def test_deep__is_needed_to_find_garbage(world: World) -> None:
    spoil_rendition(world)
    assert named(Fsck().run()) == {}


def test_catalogue__that_does_not_answer_is_no_damage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "read", lambda _: catalogue.Reading(complete=False))
    with pytest.raises(catalogue.CatalogueUnavailable):
        run(repair=True)
    assert world.stores.keys("nudges/") == set()


# ---- originals without row --------------------------------------------------------------------------------


def test_adoption__gives_each_original_to_its_owner_privately(world: World, alice: User, bob: User) -> None:
    owners = {}
    for owner in (alice, bob, alice):
        photo_id = uuid4()
        world.stores.put_original(photo_id, owner=str(owner.pk))
        owners[photo_id] = owner
    assert repaired(run(repair=True)) == {damage.ORIGINAL_UNKNOWN: 3}
    adopted = Photo.objects.filter(pk__in=owners)
    for photo in adopted:
        assert (photo.owner, photo.visibility) == (owners[photo.pk], Visibility.PRIVATE)
        assert (photo.state, photo.content_type) == (State.AWAITING, "image/jpeg")
        assert photo.size_bytes == len(BYTES)
    assert len(adopted) == 3
    for owner in (alice, bob):
        owner.refresh_from_db()
        assert owner.used_bytes == size_of_rows(owner) > 0
    assert world.stores.keys("nudges/") == {keys.nudge_key(photo_id) for photo_id in owners}


@pytest.mark.parametrize("said", ["unnamed", "-1", "0", "²", "9" * 30, "younger", "inactive"])
def test_adoption__leaves_originals_of_unknown_owners(
    stores: Stores, alice: User, bob: User, said: str
) -> None:
    User.objects.filter(pk=alice.pk).update(date_joined=timezone.now() + timedelta(hours=1))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    photo_id = uuid4()
    # Metadata is ASCII on the wire.
    owner = {"younger": str(alice.pk), "inactive": str(bob.pk), "²": "=?utf-8?b?wrI=?="}.get(said, said)
    stores.put_original(photo_id, owner=owner)
    report = run(repair=True)
    assert (named(report), repaired(report)) == ({damage.ORIGINAL_UNKNOWN: [str(photo_id)]}, {})
    assert not Photo.objects.exists()
    assert stores.keys("originals/") == {keys.original_key(photo_id)}


def test_adoption__leaves_the_empty_object_of_a_takedown(world: World, alice: User) -> None:
    world.stores.put_original(uuid4(), b"", owner=str(alice.pk))
    assert repaired(run(repair=True)) == {}


def test_remove__deletes_unknown_originals_only(world: World) -> None:
    before = world.stores.keys("originals/")
    put_original_of_no_one(world)
    kept = keys.original_key(UUID(str(bring_deleted_back(world))))
    assert run(remove=True).removed == 1
    assert world.stores.keys("originals/") == before | {kept}


# ---- the walk ---------------------------------------------------------------------------------------------


def test_walk__a_photo_that_arrived_after_the_listing_is_no_damage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = UUID(str(lose_original(world)))
    read = catalogue.read

    def arrives_meanwhile(*arguments: Any, **named: Any) -> catalogue.Reading:
        world.stores.put_original(photo_id, BYTES)
        return read(*arguments, **named)

    monkeypatch.setattr(catalogue, "read", arrives_meanwhile)
    assert named(run(deep=False)) == {}


def test_walk__is_continued_where_it_ended(world: World) -> None:
    lost = sorted(str(lose_original(world)) for _ in range(4))
    found: list[str] = []
    after, parts = None, 0
    while True:
        report = run(after=after, seconds=0)
        found += report.subjects(damage.ORIGINAL_MISSING)
        parts += 1
        if report.finished or parts > 20:
            break
        assert report.last
        assert report.last != after
        after = report.last
        # The last part ends with everything that is not of one photo.
        if after == max(Photo.objects.values_list("pk", flat=True)):
            report = run(after=after)
            break
    assert report.finished
    assert sorted(found) == lost
    assert parts > 2


def test_walk__costs_few_calls(
    world: World, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    for _ in range(27):
        world.photo()
    monkeypatch.setattr(side_by_side, "PAGE_SIZE", 1000)
    monkeypatch.setattr(catalogue, "BATCH_SIZE", 100)
    calls: list[str] = []
    events = fsck.originals().client.meta.events
    events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    with django_assert_max_num_queries(20):
        Fsck().run()
    # A page of originals, one of each size and of clean copies, and the top of either bucket.
    assert calls == ["ListObjectsV2"] * (
        1 + len({s.name for p in EVER for s in p.renditions} | {CLEAN_COPY}) + 2
    )


# ---- the command ------------------------------------------------------------------------------------------


def command(*arguments: str) -> tuple[list[str], str]:
    """Return what the command printed, and how it failed."""
    out, failed = StringIO(), ""
    try:
        call_command("fsck", *arguments, stdout=out, stderr=StringIO())
    except CommandError as error:
        failed = str(error)
    return out.getvalue().splitlines(), failed


def test_command__says_that_nothing_is_damaged(world: World) -> None:
    assert command() == (["2 photos, 2 originals.", "Nothing is damaged."], "")


def test_command__says_what_a_repair_would_do_and_what_it_did(world: World) -> None:
    photo_id = lose_item(world)
    said, failed = command()
    assert said[2:] == [
        "1 processed, but without an item (item_missing)",
        f"  {photo_id}",
        "  --repair: the worker processes the photo again.",
    ]
    assert failed == "Not everything is well."
    said, failed = command("--repair")
    assert said[-1] == "  1 repaired: the worker processes the photo again."
    assert failed == ""


def test_command__says_what_a_person_can_do(world: World) -> None:
    lose_original(world)
    for arguments in ((), ("--repair",)):
        said, failed = command(*arguments)
        assert said[-1] == "  Copy the original back from a backup, or trash the photo."
        assert failed == "Not everything is well."


def test_command__says_what_it_deleted(world: World) -> None:
    photo_id = put_original_of_no_one(world)
    said, failed = command("--remove")
    assert said[2:] == [
        "1 originals without row and deletion record (original_unknown)",
        f"  {photo_id}",
        "  1 deleted.",
    ]
    assert failed == ""


def test_command__prints_json(world: World) -> None:
    photo_id = lose_item(world)
    said, _ = command("--json")
    finding, summary = map(json.loads, said)
    assert finding == {
        "kind": "item_missing",
        "subject": str(photo_id),
        "repaired": False,
        "advice": "--repair: the worker processes the photo again.",
    }
    assert summary["counts"] == {"item_missing": {"found": 1, "repaired": 0}}
    assert (summary["photos"], summary["originals"], summary["finished"]) == (3, 3, True)


def test_command__says_how_to_continue(world: World) -> None:
    said, failed = command("--repair", "--only", "stuck", "--seconds", "0")
    assert "Not finished. Continue with: fsck --repair --only stuck --late-after 900 --after " in said[-1]
    assert failed == "The check did not finish."


def test_command__only_needs_repair(world: World) -> None:
    assert command("--only", "stuck")[1] == "--only chooses what --repair repairs. Add --repair."


def test_whole__renditions_of_an_earlier_turn_are_no_damage(world: World) -> None:
    photo = world.photo(quarter_turns=1)
    before = world.item(photo)
    keys_now = [CURRENT.key(spec, photo.pk, 1) for spec in CURRENT.renditions]
    made = tuple(replace(one, key=key) for one, key in zip(before.renditions, keys_now, strict=True))
    world.stores.put_item(replace(before, quarter_turns=1, renditions=made))
    for one in made:
        world.put_rendition(one.key, one.content_type, one.size_bytes)
    assert named(run(repair=True)) == {}
    world.stores.s3.delete_object(Bucket=world.outputs.renditions_bucket, Key=keys_now[0])
    assert named(run(repair=True)) == {damage.RENDITION_MISSING: [str(photo.pk)]}
    assert world.stores.keys("nudges/") == {keys.nudge_key(photo.pk, 1)}
