"""Destinations of downloads: own names, no overwriting, nothing outside the folder."""

import hashlib

import pytest

from contactsheet.destinations import DestinationFolder
from contactsheet.engine.interfaces import Refusal

ID = "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11"


def photo(name, content=b"content", photo_id=ID):
    return {
        "id": photo_id,
        "fileName": name,
        "sizeBytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "renditions": [{"name": "320", "sizeBytes": 11, "contentType": "image/webp"}],
    }


def names(folder, *photos, size="original"):
    destinations = DestinationFolder(folder, size)
    return [destinations.destination_of(found).path.name for found in photos]


def test_destination__same_name_gets_the_id(tmp_path):
    other = photo("a.jpg", b"other", "aaaaaaaa-6c9f-4c2e-9d3a-0a4f5b8f0c11")
    assert names(tmp_path, photo("A.jpg"), other) == ["A.jpg", "a-aaaaaaaa.jpg"]


def test_destination__never_overwrites_another_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"mine")
    assert names(tmp_path, photo("a.jpg")) == ["a-6f1c2a52.jpg"]
    (tmp_path / "a-6f1c2a52.jpg").write_bytes(b"also mine")
    with pytest.raises(Refusal) as caught:
        names(tmp_path, photo("a.jpg"))
    assert caught.value.reason == "name_taken"


def test_destination__is_complete_only_with_the_same_bytes(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"content")
    assert DestinationFolder(tmp_path, "original").destination_of(photo("a.jpg")).is_complete
    (tmp_path / "a.jpg").write_bytes(b"kontent")
    assert not DestinationFolder(tmp_path, "original").destination_of(photo("a.jpg")).is_complete


@pytest.mark.parametrize(
    "untrusted",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        None,
        "a\x00b.jpg",
        "C:\\x\\y.jpg",
        ".bashrc",
        "…" * 250,
    ],
)
def test_destination__stays_in_the_folder(tmp_path, untrusted):
    destination = DestinationFolder(tmp_path, "original").destination_of(photo(untrusted))
    assert destination.path.parent == tmp_path
    assert destination.path.name[0] != "."
    destination.path.write_bytes(b"it can be written")


def test_destination__of_a_thumbnail_names_the_size(tmp_path):
    found = photo("a.heic")
    assert names(tmp_path, found, size="320") == ["a-320.webp"]
    found["renditions"] = []
    assert names(tmp_path, found, size="320") == ["a-320.webp"]
