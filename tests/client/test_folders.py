"""Which files are meant by naming files and folders."""

from pathlib import Path

from contactsheet.engine.folders import find


def names(found):
    return [file.path.name for file in found.files]


def write(folder, *paths):
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"x")


def test_folders_are_looked_through_in_the_order_of_names(tmp_path):
    write(tmp_path, "b.JPG", "a.png", "below/c.heic", "below/deeper/d.tiff")
    assert names(find([tmp_path])) == ["a.png", "b.JPG", "c.heic", "d.tiff"]


def test_what_is_hidden_or_rubbish_is_left_out(tmp_path):
    write(tmp_path, "a.jpg", ".hidden.jpg", ".folder/b.jpg", "@eaDir/c.jpg", "notes.txt", "film.mp4")
    found = find([tmp_path])
    assert names(found) == ["a.jpg"]
    assert found.left_alone == 3


def test_a_file_that_is_named_is_meant_whatever_it_is_called(tmp_path):
    write(tmp_path, "scan")
    assert names(find([tmp_path / "scan"])) == ["scan"]


def test_what_is_named_twice_is_found_once(tmp_path):
    write(tmp_path, "a.jpg")
    assert names(find([tmp_path, tmp_path])) == ["a.jpg"]


def test_links_to_folders_are_not_followed(tmp_path):
    write(tmp_path, "a.jpg")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "linked.jpg").symlink_to(tmp_path / "a.jpg")
    assert names(find([tmp_path])) == ["a.jpg", "linked.jpg"]


def test_what_is_not_there_is_told():
    found = find([Path("nowhere/at-all.jpg")])
    assert not found.files
    (missing,) = found.unreadable
    assert (missing.reason, missing.sentence) == ("unreadable", "There is no such file.")


def test_sizes_are_added_up(tmp_path):
    write(tmp_path, "a.jpg", "b.jpg")
    assert find([tmp_path]).size_bytes == 2
