"""The command against a running gallery."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from contactsheet.engine.folders import find_files
from contactsheet.engine.interfaces import Outcome
from contactsheet.engine.upload import UploadRun
from contactsheet.transport import Transport
from contactsheet.web_gallery import WebGallery
from tests.client.fake_gallery import RecordingObserver
from tests.waiting import eventually
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.client.conftest import Person
    from tests.running import RunningGallery

pytestmark = pytest.mark.embedded
MANY = 1000
SMALLEST = CURRENT.renditions[0]


def outcomes(output: str) -> Counter[str]:
    return Counter(json.loads(line)["outcome"] for line in output.splitlines())


def test_commands__upload_list_download_delete(
    make_person: Callable[[str], Person], make_photos: Callable[[int], Path], tmp_path: Path
) -> None:
    uma = make_person("uma")
    folder = make_photos(12)
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
    assert uma.run("download", "--size", SMALLEST.name, "--limit", "2", "--to", thumbnails).returncode == 0
    for path in thumbnails.iterdir():
        with Image.open(path) as thumbnail:
            assert (thumbnail.format, thumbnail.size) == (SMALLEST.format.upper(), (96, 64))
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


def test_import_photos__shares_photos_with_the_command(
    running_gallery: RunningGallery, make_person: Callable[[str], Person], make_photos: Callable[[int], Path]
) -> None:
    vera = make_person("vera")
    folder = make_photos(12)
    running_gallery.manage("import_photos", str(folder), "--owner", "vera")
    # The API knows photos that were imported without it.
    assert outcomes(vera.run("upload", "--json", folder).stdout) == {"already_there": 12}
    photos = [json.loads(line) for line in vera.run("list", "--json").stdout.splitlines()]
    assert {photo["fileName"] for photo in photos} == {path.name for path in folder.rglob("*.jpg")}
    running_gallery.manage("import_photos", str(folder), "--owner", "vera")
    assert len(vera.run("list").stdout.splitlines()) == 12


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Return a function that prints figures past pytest's capture."""

    def write(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return write


def timed(
    person: Person, folder: Path, report: Callable[[str], None]
) -> tuple[Counter[Outcome], dict[str, int], float]:
    """Upload in this process to count requests; return outcomes, requests and seconds."""
    files = find_files([folder]).files
    began = time.perf_counter()
    with Transport(person.address, person.token) as transport:
        results = UploadRun(WebGallery(transport), RecordingObserver()).run(files)
    seconds = time.perf_counter() - began
    per_file = transport.counts.total() / len(files)
    report(f"{len(files)} files, {seconds:.1f} s, {per_file:.3f} requests a file: {dict(transport.counts)}")
    return Counter(result.outcome for result in results), dict(transport.counts), seconds


def settled(person: Person) -> bool:
    return not person.run("list", "--state", "awaiting", "--limit", "1").stdout


@pytest.mark.slow
def test_upload__a_thousand_files(
    make_person: Callable[[str], Person],
    make_photos: Callable[[int], Path],
    report: Callable[[str], None],
) -> None:
    wendy = make_person("wendy")
    folder = make_photos(MANY)

    result_counts, counts, _ = timed(wendy, folder, report)
    assert result_counts == {Outcome.UPLOADED: MANY}
    assert counts["PUT store"] == MANY
    result_counts, counts, _ = timed(wendy, folder, report)
    assert result_counts == {Outcome.ALREADY_THERE: MANY}
    assert "PUT store" not in counts
    assert counts["POST gallery"] == MANY / 50

    eventually(lambda: settled(wendy), within_seconds=120, every_seconds=1)
    result_counts, counts, _ = timed(wendy, folder, report)
    assert counts == {"GET gallery": 1, "POST gallery": MANY / 50}


@pytest.mark.slow
def test_upload__a_thousand_files_killed_halfway(
    make_person: Callable[[str], Person],
    make_photos: Callable[[int], Path],
    report: Callable[[str], None],
) -> None:
    xaver = make_person("xaver")
    folder = make_photos(MANY)
    first = xaver.start("upload", folder)
    eventually(lambda: stored(xaver) >= MANY // 3, within_seconds=240, every_seconds=0.3)
    first.kill()
    first.communicate(timeout=30)
    before = stored(xaver)
    report(f"Killed when the gallery knew {before} of {MANY}")
    assert MANY // 3 <= before < MANY

    began = time.perf_counter()
    second = xaver.run("upload", "--json", folder)
    report(f"Finished in {time.perf_counter() - began:.1f} s: {second.stderr.splitlines()[-1]}")
    assert second.returncode == 0
    result_counts = outcomes(second.stdout)
    assert result_counts.total() == MANY
    assert result_counts["already_there"] > 0
    eventually(lambda: settled(xaver), within_seconds=120, every_seconds=1)
    listed = [json.loads(line) for line in xaver.run("list", "--json").stdout.splitlines()]
    assert len(listed) == len({photo["sha256"] for photo in listed}) == MANY
    assert {photo["state"] for photo in listed} == {"pending"}


def stored(person: Person) -> int:
    """Return the number of processed photos."""
    return len(person.run("list", "--state", "pending").stdout.splitlines())
