"""The drill of docs/backup.md: an older dump is restored after the table and all renditions are lost too."""

from __future__ import annotations

import os
import re
import subprocess
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from gallery.albums.actions import create_album
from gallery.photos import actions, transitions
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.processing import damage, database_mark
from gallery.processing.fsck import Fsck
from gallery.processing.settle import settle
from gallery.processing.sweep import sweep
from infra.worker_zip import PROJECT
from tests.pictures import flat_jpeg
from tests.postgresql import programs

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.journey.conftest import Journey

PHOTOS = int(os.environ.get("DRILL_PHOTOS", "150"))
"""A thousand take ten minutes on two busy cores, so ``DRILL_PHOTOS`` asks for them: nearly all is the worker,
which decodes each photo that was nudged in a process of its own, and moto, which counts queues one by one."""
LIMIT_SECONDS = 300 + 2 * PHOTOS
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(LIMIT_SECONDS)]
AT_ONCE = 50
LATER = 20
CHANGED = 10


def picture(number: int) -> bytes:
    """Return a small file that no other number has."""
    return flat_jpeg(f"#{number:06x}", (64, 48)) + str(number).encode()


def upload(journey: Journey, browser: Client, numbers: range) -> list[UUID]:
    """Upload, process and settle photos of these numbers."""
    ids: list[UUID] = []
    for start in range(numbers.start, numbers.stop, AT_ONCE):
        batch = range(start, min(start + AT_ONCE, numbers.stop))
        added = journey.upload(browser, *map(picture, batch))
        journey.work()
        assert settle(added) == set(added)
        ids += added
    return ids


def dump(file: Path) -> None:
    """Back SQL up as docs/backup.md says, by each database's own tool."""
    if connection.vendor == "postgresql":
        tool("pg_dump", "--format=custom", "--no-owner", f"--file={file}")
        return
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(file) as target:
        connection.connection.backup(target)


def restore(file: Path) -> None:
    """Put the dump in the place of what the database holds."""
    if connection.vendor == "postgresql":
        connection.close()
        tool("pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname", database(), str(file))
        return
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(file) as source:
        source.backup(connection.connection)


def tool(name: str, *arguments: str) -> None:
    where = [] if name == "pg_restore" else [f"--dbname={database()}"]
    subprocess.run([programs() / name, *where, *arguments], check=True, capture_output=True)


def database() -> str:
    given = connection.settings_dict
    return f"postgresql://{given['USER']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def lose_table_and_renditions(journey: Journey) -> None:
    """Empty the table and the bucket of renditions."""
    outputs = journey.aws.outputs
    for key in journey.stores.item_keys():
        journey.stores.dynamodb.delete_item(TableName=outputs.catalogue_table, Key={"pk": {"S": key}})
    while keys := journey.stores.rendition_keys():
        for key in keys:
            journey.stores.s3.delete_object(Bucket=outputs.renditions_bucket, Key=key)


def commands_of_the_page() -> list[list[str]]:
    """Return the commands of manage.py that the page's section on restoring names, in its order."""
    page = (PROJECT / "docs" / "backup.md").read_text()
    section = page.split("## Restoring\n")[1].split("\n## ")[0]
    said = re.findall(r"`manage\.py ([^`]+)`", section)
    return [command.split() for command in dict.fromkeys(said)]


def manage(*arguments: str) -> str:
    """Run a command. One that finds damage says so by failing."""
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=StringIO())
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def public_ids() -> set[UUID]:
    return set(Photo.objects.public().values_list("pk", flat=True))


def test_restore__of_an_older_dump_loses_nothing(
    journey: Journey,
    browser: Client,
    alice: User,
    charlie: User,
    tmp_path: Path,
    settings: SettingsWrapper,
    record_property: Any,
) -> None:
    settings.UPLOADS_PER_MINUTE = 10**6
    ids = upload(journey, browser, range(PHOTOS))
    assert Photo.objects.filter(state=State.PENDING).count() == PHOTOS
    shown, private = set(ids[: PHOTOS // 2]), set(ids[PHOTOS // 2 : PHOTOS // 2 + CHANGED])
    for photo_id in shown:
        assert transitions.approved(photo_id, actor=charlie)
    for photo_id in private:
        actions.set_visibility(photo_id, visibility=Visibility.PRIVATE)
    sweep()
    dump(tmp_path / "dump")

    # What happens after the dump is not in it.
    later = upload(journey, browser, range(PHOTOS, PHOTOS + LATER))
    purged = ids[-CHANGED:]
    for photo_id in purged:
        assert actions.trash(photo_id, actor=alice) is actions.Outcome.DONE
        assert actions.purge(photo_id, only_from_trash=True) is actions.Outcome.DONE
    journey.work()
    sweep()
    before = journey.stores.keys("originals/")

    restore(tmp_path / "dump")
    lose_table_and_renditions(journey)
    started = timezone.now()
    assert sweep().refused
    assert journey.stores.keys("originals/") == before

    # What the page says, in its order; the worker works all the while.
    assert [command[0] for command in commands_of_the_page()] == [
        "rerender",
        "fsck",
        "fsck",
        "accept_restore",
    ]
    for command in commands_of_the_page():
        said = manage(*command)
        while journey.work():
            pass
        if command[0] == "fsck" and len(command) == 1:
            assert f"{LATER} originals without row" in said
            assert f"{CHANGED} processed, but the original is missing" in said
    assert database_mark.refusal() == ""
    manage("fsck", "--repair", "--late-after", "0")
    while journey.work():
        pass
    manage("fsck", "--repair", "--late-after", "0")
    minutes = (timezone.now() - started).total_seconds() / 60
    record_property("minutes", round(minutes, 1))

    # Nothing is lost: each original has its row, its owner, its item and its renditions.
    assert journey.stores.keys("originals/") == before
    report = Fsck(deep=True).run()
    assert {kind: sorted(count.examples) for kind, count in report.counts.items()} == {
        damage.ORIGINAL_MISSING: sorted(map(str, purged))
    }
    adopted = Photo.objects.filter(pk__in=later)
    assert {(photo.owner_id, photo.visibility) for photo in adopted} == {(alice.pk, Visibility.PRIVATE)}
    assert len(adopted) == LATER
    # Nothing is shown that was not.
    assert public_ids() == shown
    page = Client().get("/").content.decode()
    assert not any(str(photo_id) in page for photo_id in [*private, *later])

    # The sweep goes on, and removes nothing that anyone has.
    for photo_id in purged:
        assert actions.trash(photo_id, actor=alice) is actions.Outcome.DONE
    assert not sweep().refused
    assert journey.stores.keys("originals/") == before


def test_restore__shows_nothing_that_was_hidden_after_the_dump(
    journey: Journey, browser: Client, alice: User, charlie: User, tmp_path: Path
) -> None:
    ids = upload(journey, browser, range(4))
    for photo_id in ids:
        assert transitions.approved(photo_id, actor=charlie)
    album = create_album(alice, title="Sea", description="", visibility=Visibility.PUBLIC)
    sweep()
    dump(tmp_path / "dump")
    made_private, rejected, trashed, _ = ids
    assert actions.set_visibility(made_private, visibility=Visibility.PRIVATE).is_done
    assert actions.reject(rejected, actor=charlie, reason="No").is_done
    assert actions.trash(trashed, actor=alice).is_done
    restore(tmp_path / "dump")
    assert public_ids() == set(ids)
    assert "4 public photos and 1 public albums. Nothing was changed" in manage("hide_public")
    assert public_ids() == set(ids)
    manage("hide_public", "--yes")
    assert public_ids() == set()
    album.refresh_from_db()
    assert album.visibility == Visibility.PRIVATE
    # Nothing else is lost by it: the owner publishes what is still hers to show, without another review.
    actions.set_visibility(ids[3], visibility=Visibility.PUBLIC)
    assert public_ids() == {ids[3]}
