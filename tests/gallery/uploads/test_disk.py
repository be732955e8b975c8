"""The disk of a local run: uploads that it has no room for are refused, not lost."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.core import reasons
from gallery.imports.requests import MAX_IMPORT_BYTES, NotRequested, request_imports
from gallery.operations import doctor
from gallery.photos.models import Photo
from gallery.storage.disk import RENDITIONS_BYTES
from gallery.uploads import form_upload
from gallery.uploads.offers import AlreadyThere, Offered, Refused, offer
from tests.gallery.uploads.test_offers import request
from tests.pictures import flat_jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from gallery.uploads.offers import Outcome
    from tests.aws import MotoAws

pytestmark = pytest.mark.django_db

MB = 1024**2
FLOOR = 512 * MB


class Usage(NamedTuple):
    """What ``shutil.disk_usage`` returns."""

    total: int
    used: int
    free: int


@pytest.fixture
def disk(settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, int]:
    """Give the free bytes of the disk, to be changed."""
    settings.STAGE, settings.LOCAL_FOLDER = "local", str(tmp_path)
    free = {"bytes": FLOOR}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * FLOOR, 0, free["bytes"]))
    return free


def refusals(outcomes: list[Outcome]) -> list[str]:
    return [outcome.reason.code if isinstance(outcome, Refused) else "" for outcome in outcomes]


def test_offer__is_refused_without_room(disk: dict[str, int], alice: User) -> None:
    (outcome,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(outcome, Refused)
    assert outcome.reason == reasons.DISK_FULL
    assert not Photo.objects.exists()
    alice.refresh_from_db()
    assert alice.used_bytes == 0


def test_offer__as_many_as_there_is_room_for(disk: dict[str, int], alice: User) -> None:
    disk["bytes"] = FLOOR + 2 * (10 * MB + RENDITIONS_BYTES)
    wanted = [request(name, size_bytes=10 * MB) for name in "abc"]
    assert refusals(offer(alice.pk, wanted, visibility="public")) == ["", "", "disk_full"]


def test_offer__counts_what_is_still_to_come(disk: dict[str, int], alice: User, bob: User) -> None:
    disk["bytes"] = FLOOR + 15 * MB
    assert refusals(offer(alice.pk, [request("a", size_bytes=10 * MB)], visibility="public")) == [""]
    assert refusals(offer(bob.pk, [request("b", size_bytes=10 * MB)], visibility="public")) == ["disk_full"]


def test_offer__a_file_that_is_there_needs_no_room(
    disk: dict[str, int], alice: User, moto_aws: MotoAws
) -> None:
    disk["bytes"] = 2 * FLOOR
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    Photo.objects.update(state="approved")
    disk["bytes"] = 0
    (again,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(again, AlreadyThere)


def test_offer__other_stages_have_no_disk(
    disk: dict[str, int], settings: SettingsWrapper, alice: User
) -> None:
    disk["bytes"], settings.STAGE = 0, "prod"
    assert refusals(offer(alice.pk, [request("a")], visibility="public")) == [""]


def test_plain_upload__is_refused_without_room(disk: dict[str, int], alice: User, moto_aws: MotoAws) -> None:
    file: Any = SimpleUploadedFile("a.jpg", flat_jpeg(), "image/jpeg")
    refused = form_upload.store(file, offer=partial(offer, alice.pk, visibility="public"))
    assert isinstance(refused, Refused)
    assert refused.reason == reasons.DISK_FULL


def test_imports__as_many_as_there_is_room_for(disk: dict[str, int], alice: User, moto_aws: MotoAws) -> None:
    disk["bytes"] = FLOOR + MAX_IMPORT_BYTES
    urls = [f"https://example.org/{number}.jpg" for number in range(2)]
    first, second = request_imports(alice.pk, urls, visibility="public")
    assert not isinstance(first, NotRequested)
    assert isinstance(second, NotRequested)
    assert second.reason == reasons.DISK_FULL
    assert Photo.objects.count() == 1


def test_doctor__says_that_the_disk_is_full(
    disk: dict[str, int], moto_aws: MotoAws, settings: SettingsWrapper
) -> None:
    def found() -> Any:
        return next(one for one in doctor.check() if one.what.startswith("disk"))

    assert not found().is_well
    assert "uploads are refused below 512.0" in found().advice.replace("\xa0", " ")
    assert settings.LOCAL_FOLDER in found().advice
    disk["bytes"] = 2 * FLOOR
    assert found().is_well


@pytest.fixture
def small_disk(tmp_path: Path, settings: SettingsWrapper) -> Iterator[Path]:
    """Mount a disk of 24 MB, where this process may."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    settings.STAGE, settings.LOCAL_FOLDER, settings.LOCAL_FREE_BYTES = "local", str(folder), 4 * MB
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_real_disk__loses_nothing_that_was_accepted(small_disk: Path, alice: User) -> None:
    accepted = []
    for number in range(40):
        (outcome,) = offer(alice.pk, [request(str(number), size_bytes=2 * MB)], visibility="public")
        if isinstance(outcome, Offered):
            # The store writes the original, and the worker what it makes of it.
            stored = small_disk / str(outcome.photo_id)
            stored.write_bytes(bytes(2 * MB))
            (small_disk / f"{outcome.photo_id}-320").write_bytes(bytes(RENDITIONS_BYTES // 2))
            Photo.objects.filter(pk=outcome.photo_id).update(state="approved")
            accepted.append(stored)
    assert 4 <= len(accepted) < 9
    assert [path.stat().st_size for path in accepted] == [2 * MB] * len(accepted)
    assert shutil.disk_usage(small_disk).free >= 4 * MB
