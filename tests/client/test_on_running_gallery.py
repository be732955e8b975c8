"""The command against the whole running system."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from contactsheet.engine.folders import find
from contactsheet.engine.interfaces import Outcome
from contactsheet.engine.upload import UploadRun
from contactsheet.transport import Transport
from contactsheet.web_gallery import WebGallery
from tests.client import pictures
from tests.client.fakes import Onlooker
from tests.client.people import person_in
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.client.people import Person
    from tests.running import RunningGallery

pytestmark = pytest.mark.embedded
MANY = 1000


def outcomes(output: str) -> Counter[str]:
    return Counter(json.loads(line)["outcome"] for line in output.splitlines())


def test_upload_list_download_delete(running_gallery: RunningGallery, tmp_path: Path) -> None:
    uma = person_in(running_gallery, "uma")
    folder = pictures.save(tmp_path / "photos", 12)
    (folder / "empty.jpg").write_bytes(b"")

    first = uma.run("upload", "--private", "--json", folder)
    assert outcomes(first.stdout) == {"uploaded": 12, "refused": 1}
    assert (first.returncode, "(empty)" in first.stderr) == (1, True)
    (folder / "empty.jpg").unlink()
    second = uma.run("upload", "--json", folder)
    assert outcomes(second.stdout) == {"already_there": 12}
    assert second.returncode == 0

    there = tmp_path / "originals"
    got = uma.run("download", "--to", there)
    assert got.returncode == 0, got.stderr
    sent = {path.name: path.read_bytes() for path in folder.rglob("*.jpg")}
    assert {path.name: path.read_bytes() for path in there.iterdir()} == sent
    assert "12 already there" in uma.run("download", "--to", there).stderr

    thumbnails = tmp_path / "thumbnails"
    assert uma.run("download", "--size", "320", "--limit", "2", "--to", thumbnails).returncode == 0
    for path in thumbnails.iterdir():
        with Image.open(path) as thumbnail:
            assert (thumbnail.format, thumbnail.size) == ("WEBP", (96, 64))
    assert len(list(thumbnails.iterdir())) == 2

    photos = [json.loads(line) for line in uma.run("list", "--json").stdout.splitlines()]
    assert {(photo["state"], photo["visibility"]) for photo in photos} == {("pending", "private")}
    some = [photo["id"] for photo in photos[:3]]
    assert uma.run("delete", *some).returncode == 0
    assert uma.run("delete", "--forever", "--yes", photos[3]["id"]).returncode == 0
    assert len(uma.run("list").stdout.splitlines()) == 8
    assert len(uma.run("list", "--trashed").stdout.splitlines()) == 3
    again = uma.run("delete", photos[3]["id"])
    assert (again.returncode, again.stdout.split()[-1]) == (1, "notFound")


def test_folders_are_imported_on_the_server(running_gallery: RunningGallery, tmp_path: Path) -> None:
    vera = person_in(running_gallery, "vera")
    folder = pictures.save(tmp_path / "photos", 12)
    running_gallery.manage("import_photos", str(folder), "--owner", "vera")
    # What was brought in without the API is known to it.
    assert outcomes(vera.run("upload", "--json", folder).stdout) == {"already_there": 12}
    photos = [json.loads(line) for line in vera.run("list", "--json").stdout.splitlines()]
    assert {photo["fileName"] for photo in photos} == {path.name for path in folder.rglob("*.jpg")}
    running_gallery.manage("import_photos", str(folder), "--owner", "vera")
    assert len(vera.run("list").stdout.splitlines()) == 12


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Return a way to say figures that are seen though pytest captures what tests print."""

    def say(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return say


def timed(
    person: Person, folder: Path, tell: Callable[[str], None]
) -> tuple[Counter[Outcome], dict[str, int], float]:
    """Upload in this process, to see the requests; return what came of the files, requests and seconds."""
    files = find([folder]).files
    began = time.perf_counter()
    with Transport(person.address, person.token) as transport:
        results = UploadRun(WebGallery(transport), Onlooker()).run(files)
    seconds = time.perf_counter() - began
    per_file = transport.counts.total() / len(files)
    tell(f"{len(files)} files, {seconds:.1f} s, {per_file:.3f} requests a file: {dict(transport.counts)}")
    return Counter(result.outcome for result in results), dict(transport.counts), seconds


def settled(person: Person) -> bool:
    return not person.run("list", "--state", "awaiting", "--limit", "1").stdout


@pytest.mark.slow
def test_a_thousand_files(
    running_gallery: RunningGallery, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    wendy = person_in(running_gallery, "wendy")
    folder = pictures.save(tmp_path / "photos", MANY)

    came, counts, _ = timed(wendy, folder, tell)
    assert came == {Outcome.UPLOADED: MANY}
    assert counts["PUT store"] == MANY
    came, counts, _ = timed(wendy, folder, tell)
    assert came == {Outcome.ALREADY_THERE: MANY}
    assert "PUT store" not in counts
    assert counts["POST gallery"] == MANY / 50

    eventually(lambda: settled(wendy), within_seconds=120, every_seconds=1)
    came, counts, _ = timed(wendy, folder, tell)
    assert counts == {"GET gallery": 1, "POST gallery": MANY / 50}


@pytest.mark.slow
def test_a_thousand_files_with_a_kill_in_the_middle(
    running_gallery: RunningGallery, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    xaver = person_in(running_gallery, "xaver")
    folder = pictures.save(tmp_path / "photos", MANY)
    first = xaver.begin("upload", folder)
    eventually(lambda: stored(xaver) >= MANY // 3, within_seconds=240, every_seconds=0.3)
    first.kill()
    first.communicate(timeout=30)
    before = stored(xaver)
    tell(f"Killed when the gallery knew {before} of {MANY}")
    assert MANY // 3 <= before < MANY

    began = time.perf_counter()
    second = xaver.run("upload", "--json", folder)
    tell(f"Finished in {time.perf_counter() - began:.1f} s: {second.stderr.splitlines()[-1]}")
    assert second.returncode == 0
    came = outcomes(second.stdout)
    assert came.total() == MANY
    assert came["already_there"] > 0
    eventually(lambda: settled(xaver), within_seconds=120, every_seconds=1)
    listed = [json.loads(line) for line in xaver.run("list", "--json").stdout.splitlines()]
    assert len(listed) == len({photo["sha256"] for photo in listed}) == MANY
    assert {photo["state"] for photo in listed} == {"pending"}


def stored(person: Person) -> int:
    """Return how many photos the gallery has processed."""
    return len(person.run("list", "--state", "pending").stdout.splitlines())
