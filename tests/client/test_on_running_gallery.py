"""The command against a running gallery."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from contactsheet.engine.folders import find_files
from contactsheet.engine.interfaces import Outcome
from contactsheet.engine.upload import UploadRun
from contactsheet.transport import Transport
from contactsheet.web_gallery import WebGallery
from tests.client.fake_gallery import RecordingObserver
from tests.client.takeout import Takeout
from tests.waiting import eventually
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.client.conftest import Person
    from tests.running import RunningGallery

pytestmark = pytest.mark.embedded
MANY = 1000
ROUND_TRIP = 500
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


@pytest.mark.slow
def test_import__of_a_takeout_of_two_hundred(make_person: Callable[[str], Person], tmp_path: Path) -> None:
    takeout = Takeout(tmp_path / "Takeout" / "Google Photos")
    expected: dict[str, dict[str, object]] = {}
    for number in range(200):
        taken = datetime(2011 + number % 9, 1 + number % 12, 1 + number % 28, number % 24, 30, tzinfo=UTC)
        album = f"Trip {number % 4}" if number % 5 == 0 else ""
        folder = takeout.folder(album or f"Photos from {taken.year}", album)
        # A third has the clock of the place in the file: two hours ahead of what Google says.
        in_file = taken + timedelta(hours=2) if number % 3 == 0 else None
        name = (
            f"IMG_{number:04}_of a long day with a long name.jpg"
            if number % 7 == 0
            else f"IMG_{number:04}.jpg"
        )
        takeout.picture(folder / name, date_in_file=f"{in_file:%Y:%m:%d %H:%M:%S}" if in_file else "")
        caption = f"Ångström {number}" if number % 2 else ""
        takeout.sidecar(folder, name, taken=taken, description=caption, favorited=number % 10 == 0)
        expected[name] = {
            "caption": caption,
            "takenAtLocal": (in_file or taken).strftime("%Y-%m-%dT%H:%M:%S"),
            "favorite": number % 10 == 0,
            "visibility": "private",
        }
    nora = make_person("nora")
    done = nora.run("import", takeout.root)
    assert done.returncode == 0, done.stderr
    photos = [json.loads(line) for line in nora.run("list", "--json").stdout.splitlines()]
    found = {
        photo["fileName"]: {field: photo[field] for field in expected[photo["fileName"]]} for photo in photos
    }
    assert found == expected
    with Transport(nora.address, nora.token) as transport:
        gallery = WebGallery(transport)
        albums = {album["title"]: album["photoCount"] for album in gallery.albums()}
        assert albums == {f"Trip {number}": 10 for number in range(4)}
        changed = photos[0]["id"]
        gallery.change(changed, {"caption": "By hand"})
    again = nora.run("import", takeout.root)
    assert (again.returncode, "archive: 0," in again.stderr) == (0, True), again.stderr
    assert "By hand" in nora.run("list", "--json").stdout


IN_ARCHIVE = ("fileName", "caption", "altText", "tags", "favorite", "archived", "rotation", "isDateCorrected")
DATES = ("takenAtLocal", "takenAtOffset")


def library_of(person: Person) -> tuple[dict[str, dict[str, object]], dict[str, tuple[object, ...]]]:
    """Return by the API what a person says of each photo, by its hash, and the albums, by their titles."""
    with Transport(person.address, person.token) as transport:
        gallery = WebGallery(transport)
        photos = list(gallery.photos({}))
        hashes = {photo["id"]: photo["sha256"] for photo in photos}
        albums = {
            album["title"]: (
                album["description"],
                album["order"],
                hashes.get(album["coverId"]),
                _in_order(album["order"], list(gallery.photos({"album": album["id"]}))),
            )
            for album in gallery.albums()
        }
        facts = {photo["sha256"]: {name: photo[name] for name in (*IN_ARCHIVE, *DATES)} for photo in photos}
        assert {photo["visibility"] for photo in photos} == {"private"}
        assert {album["visibility"] for album in gallery.albums()} == {"private"}
        return facts, albums


def _in_order(order: str, photos: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return dates and hashes in the album's order. Photos of one date are in no order of anyone's."""
    found = [(photo["takenAtLocal"] or "", photo["sha256"]) for photo in photos]
    return sorted(found) if order == "taken" else found


def fill(person: Person) -> None:
    """Give each photo captions, tags, dates and marks by number, and make albums of each order."""
    with Transport(person.address, person.token) as transport:
        gallery = WebGallery(transport)
        photos = sorted(gallery.photos({}), key=lambda photo: photo["fileName"])
        for number, photo in enumerate(photos):
            changes: dict[str, object] = {"caption": f"Ångström “{number}”", "favorite": number % 3 == 0}
            changes |= {"tags": ["sea", f"no {number % 5}"], "archived": number % 7 == 0}
            if number % 4 == 0:
                changes |= {
                    "takenAtLocal": f"19{number % 90 + 10}-05-01T06:30:00",
                    "takenAtOffset": "+02:00",
                }
            elif number % 4 == 1:
                changes["takenAtLocal"] = "2001-02-03T04:05:06"
            if number % 10 == 0:
                changes |= {"rotation": 90, "altText": f"Wave {number}"}
            gallery.change(photo["id"], changes)
        ids = [photo["id"] for photo in photos]
        for order, chosen in (("hand", ids[1::3]), ("added", ids[::4]), ("taken", ids[::5])):
            album = gallery.new_album(f"By {order}: 1/2", "Words")
            gallery.change_album(album, {"order": order})
            gallery.add_to_album(album, chosen[::-1], in_given_order=True)
        gallery.choose_cover(album, ids[10])
        gallery.new_album("Empty", "")


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a thousand photos are processed
def test_archive__comes_back_whole_in_another_account(
    make_person: Callable[[str], Person], make_photos: Callable[[int], Path], tmp_path: Path
) -> None:
    olga, pavel = make_person("olga"), make_person("pavel")
    folder = make_photos(ROUND_TRIP)
    sent = olga.run("upload", "--private", folder)
    assert sent.returncode == 0, sent.stderr
    eventually(lambda: settled(olga), within_seconds=600, every_seconds=1)
    fill(olga)
    there = tmp_path / "everything"
    got = olga.run("download", "--all", "--to", there)
    assert (got.returncode, got.stdout.count("\n")) == (0, ROUND_TRIP), got.stderr
    assert {path.name for path in there.iterdir() if path.is_dir()} == {
        "By hand_ 1_2",
        "By added_ 1_2",
        "By taken_ 1_2",
    }
    brought = pavel.run("upload", there)
    assert brought.returncode == 0, brought.stderr
    assert f"Restored: {ROUND_TRIP} photos, 4 albums," in brought.stderr
    before, after = library_of(olga), library_of(pavel)
    assert before == after
    assert len(before[0]) == ROUND_TRIP
    again = pavel.run("upload", there)
    assert again.returncode == 0, again.stderr
    assert library_of(pavel) == before
