"""Folders on the server become photos of a person, with the client's engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from contactsheet.engine.folders import find_files
from contactsheet.engine.upload import UploadRun
from contactsheet.exits import Exit
from gallery.core import reasons
from gallery.folder_import.owners_photos import OwnersPhotos
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from tests.client.fake_gallery import RecordingObserver
from tests.gallery.stores import ready_item
from thumbworker.contract import keys

if TYPE_CHECKING:
    from pathlib import Path

    from gallery.accounts.models import User
    from tests.gallery.stores import Stores


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three different files."""
    for name in ("a.jpg", "b.png", "below/c.webp"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "photos"


def import_photos(folder: Path, *options: str) -> None:
    call_command("import_photos", str(folder), "--owner", "alice", *options)


def test_import__works(stores: Stores, alice: User, folder: Path) -> None:
    import_photos(folder, "--private")
    photos = {photo.file_name: photo for photo in Photo.objects.all()}
    assert {name: photo.content_type for name, photo in photos.items()} == {
        "a.jpg": "image/jpeg",
        "b.png": "image/png",
        "c.webp": "image/webp",
    }
    assert {(p.owner, p.state, p.visibility) for p in photos.values()} == {
        (alice, State.AWAITING, Visibility.PRIVATE)
    }
    runs = set()
    for photo in photos.values():
        head = stores.s3.head_object(
            Bucket=stores.aws.outputs.originals_bucket, Key=keys.original_key(photo.pk)
        )
        assert head["Metadata"]["owner"] == str(alice.pk)
        runs.add(head["Metadata"]["correlation-id"])
        assert head["ContentType"] == photo.content_type
    assert len(runs) == 1
    alice.refresh_from_db()
    assert alice.used_bytes == sum(path.stat().st_size for path in folder.rglob("*.*"))


def test_import__stores_each_file_once(
    stores: Stores, alice: User, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_photos(folder)
    keys = stores.keys("originals/")
    import_photos(folder)
    assert "3 already there." in capsys.readouterr().err
    for photo in Photo.objects.all():
        stores.put_item(ready_item(photo))
    import_photos(folder)
    assert Photo.objects.filter(state=State.PENDING).count() == 3
    assert stores.keys("originals/") == keys


def test_import__sends_what_a_killed_run_only_offered(stores: Stores, alice: User, folder: Path) -> None:
    import_photos(folder)
    lost = Photo.objects.get(file_name="a.jpg")
    stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key=keys.original_key(lost.pk))
    import_photos(folder)
    assert keys.original_key(lost.pk) in stores.keys("originals/")
    assert Photo.objects.count() == 3


def test_import__checks_the_quota(
    stores: Stores, alice: User, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alice.quota_bytes = 11
    alice.save()
    with pytest.raises(CommandError) as caught:
        import_photos(folder)
    assert caught.value.returncode == Exit.INCOMPLETE
    assert reasons.QUOTA_EXCEEDED.sentence in capsys.readouterr().err
    assert Photo.objects.count() == 2


def test_import__names_files_that_are_not_pictures(stores: Stores, alice: User, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>")
    (tmp_path / "empty.jpg").write_bytes(b"")
    photos = OwnersPhotos(alice.pk, visibility=Visibility.PUBLIC)
    files = find_files([tmp_path / "page.html", tmp_path / "empty.jpg"]).files
    results = UploadRun(photos, RecordingObserver()).run(files)
    assert {result.reason for result in results} == {"html_not_accepted", "empty"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--owner", "alice"], "There is no such file or folder: nowhere"),
        ([".", "--owner", "mallory"], "There is no user named mallory."),
    ],
)
def test_import__reports_what_is_missing(alice: User, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_photos", *arguments)
