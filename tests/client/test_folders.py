"""Find pictures in files and folders."""

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from contactsheet.engine.folders import PICTURE_EXTENSIONS, find_files
from contactsheet.engine.interfaces import Outcome
from contactsheet.engine.upload import UploadRun
from gallery.uploads.file_checks import TYPES_BY_EXTENSION
from tests.client.fake_gallery import FakeGallery, RecordingObserver


def names(found):
    return [file.path.name for file in found.files]


def write(folder, *paths):
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"x")


def test_find_files__sorts_by_name(tmp_path):
    write(tmp_path, "b.JPG", "a.png", "below/c.heic", "below/deeper/d.tiff")
    assert names(find_files([tmp_path])) == ["a.png", "b.JPG", "c.heic", "d.tiff"]


def test_find_files__skips_hidden_and_other_files(tmp_path):
    write(tmp_path, "a.jpg", ".hidden.jpg", ".folder/b.jpg", "@eaDir/c.jpg", "notes.txt", "film.mp4")
    found = find_files([tmp_path])
    assert names(found) == ["a.jpg"]
    assert {(result.path.name, result.reason, result.outcome) for result in found.left_alone} == {
        (".hidden.jpg", "hidden", Outcome.SKIPPED),
        (".folder", "hidden", Outcome.SKIPPED),
        ("@eaDir", "system_folder", Outcome.SKIPPED),
        ("notes.txt", "not_a_picture", Outcome.SKIPPED),
        ("film.mp4", "not_a_picture", Outcome.SKIPPED),
    }


def test_find_files__keeps_a_named_file_of_any_extension(tmp_path):
    write(tmp_path, "scan")
    assert names(find_files([tmp_path / "scan"])) == ["scan"]


def test_find_files__returns_each_file_once(tmp_path):
    write(tmp_path, "a.jpg")
    assert names(find_files([tmp_path, tmp_path])) == ["a.jpg"]


def test_find_files__does_not_follow_links_to_folders(tmp_path):
    write(tmp_path, "a.jpg")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "linked.jpg").symlink_to(tmp_path / "a.jpg")
    found = find_files([tmp_path])
    assert names(found) == ["a.jpg", "linked.jpg"]
    assert [(result.path.name, result.reason) for result in found.left_alone] == [("round", "link_to_folder")]


def test_find_files__reports_a_missing_file():
    found = find_files([Path("nowhere/at-all.jpg")])
    assert not found.files
    (missing,) = found.left_alone
    assert (missing.reason, missing.sentence) == ("unreadable", "This file doesn't exist.")


def test_found_files__total_size(tmp_path):
    write(tmp_path, "a.jpg", "b.jpg")
    assert find_files([tmp_path]).size_bytes == 2


@pytest.mark.parametrize(
    "suffix",
    [".jfif", ".jif", ".jpe", ".pjpeg", ".pjpg", ".hif", ".heics", ".heifs", ".avifs", ".apng", ".tif"],
)
def test_find_files__takes_any_extension_of_a_picture(tmp_path, suffix):
    write(tmp_path, f"a{suffix}", f"b{suffix.upper()}")
    assert sorted(names(find_files([tmp_path]))) == sorted([f"a{suffix}", f"b{suffix.upper()}"])


def as_pipe(path):
    os.mkfifo(path)


def as_socket(path):
    os.mknod(path, stat.S_IFSOCK | 0o600)


def as_device(path):
    path.symlink_to("/dev/zero")


def as_broken_link(path):
    path.symlink_to(path.with_name("gone.jpg"))


def as_link_to_itself(path):
    path.symlink_to(path)


def as_link_loop(path):
    other = path.with_name("z.jpg")
    other.symlink_to(path)
    path.symlink_to(other)


def as_link_to_pipe(path):
    os.mkfifo(path.with_name(".pipe"))
    path.symlink_to(path.with_name(".pipe"))


@pytest.mark.parametrize(
    ("make", "reason", "outcome"),
    [
        (as_pipe, "not_a_file", Outcome.SKIPPED),
        (as_socket, "not_a_file", Outcome.SKIPPED),
        (as_device, "not_a_file", Outcome.SKIPPED),
        (as_link_to_pipe, "not_a_file", Outcome.SKIPPED),
        (as_broken_link, "broken_link", Outcome.NOT_SENT),
        (as_link_to_itself, "link_loop", Outcome.NOT_SENT),
        (as_link_loop, "link_loop", Outcome.NOT_SENT),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_find_files__takes_only_regular_files(tmp_path, make, reason, outcome, is_named):
    write(tmp_path, "b.jpg")
    make(tmp_path / "a.jpg")
    found = find_files([tmp_path / "a.jpg", tmp_path / "b.jpg"] if is_named else [tmp_path])
    assert names(found) == ["b.jpg"]
    (left,) = [result for result in found.left_alone if result.path.name == "a.jpg"]
    assert (left.reason, left.outcome) == (reason, Outcome.NOT_SENT if is_named else outcome)
    assert left.sentence.endswith(".")


@pytest.fixture
def deep_folder(tmp_path, monkeypatch):
    """Return a folder with a picture below 1,200 others; what removes temporary folders can't remove it."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        os.mkdir("d")  # noqa: PTH102 - relative to where we are
        os.chdir("d")
    write(Path(), "deep.jpg")
    os.chdir(tmp_path)
    yield tmp_path
    subprocess.run(["/bin/rm", "-r", str(tmp_path / "d")], check=True)


def test_find_files__below_a_thousand_folders(deep_folder):
    write(deep_folder, "top.jpg")
    assert names(find_files([deep_folder])) == ["top.jpg", "deep.jpg"]


@contextmanager
def anyone() -> Iterator[Path]:
    """Give a folder, and act as an unprivileged user, because root may read everything."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, "closed/a.jpg", "locked.jpg", "open.jpg")
        (folder / "closed").chmod(0)
        (folder / "locked.jpg").chmod(0)
        is_root = os.geteuid() == 0
        try:
            if is_root:
                os.seteuid(65534)
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            (folder / "closed").chmod(0o700)


def test_find_files__goes_on_after_an_unreadable_folder():
    with anyone() as folder:
        found = find_files([folder, folder / "closed" / "a.jpg"])
        run = UploadRun(FakeGallery(), RecordingObserver())
        run.run(found.files)
    assert names(found) == ["locked.jpg", "open.jpg"]
    closed, inside = found.left_alone
    assert (closed.path.name, closed.reason) == ("closed", "unreadable")
    assert closed.sentence == "We couldn't read this: permission denied."
    assert (inside.path.name, inside.reason) == ("a.jpg", "unreadable")
    results = {result.path.name: (result.outcome, result.reason) for result in run.results}
    assert results == {
        "locked.jpg": (Outcome.NOT_SENT, "unreadable"),
        "open.jpg": (Outcome.UPLOADED, ""),
    }


def test_picture_extensions__are_those_that_the_gallery_takes():
    assert set(TYPES_BY_EXTENSION) == PICTURE_EXTENSIONS
