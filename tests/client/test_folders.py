"""Find pictures in files and folders."""

from pathlib import Path

from contactsheet.engine.folders import find_files


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
    assert found.skipped == 3


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
    assert names(find_files([tmp_path])) == ["a.jpg", "linked.jpg"]


def test_find_files__reports_a_missing_file():
    found = find_files([Path("nowhere/at-all.jpg")])
    assert not found.files
    (missing,) = found.unreadable
    assert (missing.reason, missing.sentence) == ("unreadable", "This file doesn't exist.")


def test_found_files__total_size(tmp_path):
    write(tmp_path, "a.jpg", "b.jpg")
    assert find_files([tmp_path]).size_bytes == 2
