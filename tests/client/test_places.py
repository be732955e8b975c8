"""Where downloads go: under their own names, beside what is there, never anywhere else."""

import hashlib

import pytest

from contactsheet.engine.interfaces import Refusal
from contactsheet.places import Places

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
    places = Places(folder, size)
    return [places.place(found).path.name for found in photos]


def test_photos_of_the_same_name_lie_side_by_side(tmp_path):
    other = photo("a.jpg", b"other", "aaaaaaaa-6c9f-4c2e-9d3a-0a4f5b8f0c11")
    assert names(tmp_path, photo("A.jpg"), other) == ["A.jpg", "a-aaaaaaaa.jpg"]


def test_another_file_is_never_overwritten(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"mine")
    assert names(tmp_path, photo("a.jpg")) == ["a-6f1c2a52.jpg"]
    (tmp_path / "a-6f1c2a52.jpg").write_bytes(b"mine as well")
    with pytest.raises(Refusal) as caught:
        names(tmp_path, photo("a.jpg"))
    assert caught.value.reason == "name_taken"


def test_what_is_there_is_known_by_its_bytes(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"content")
    assert Places(tmp_path, "original").place(photo("a.jpg")).is_filled
    (tmp_path / "a.jpg").write_bytes(b"kontent")
    assert not Places(tmp_path, "original").place(photo("a.jpg")).is_filled


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
def test_no_name_leads_out_of_the_folder(tmp_path, untrusted):
    place = Places(tmp_path, "original").place(photo(untrusted))
    assert place.path.parent == tmp_path
    assert place.path.name[0] != "."
    place.path.write_bytes(b"it can be written")


def test_thumbnails_say_their_size(tmp_path):
    found = photo("a.heic")
    assert names(tmp_path, found, size="320") == ["a-320.webp"]
    found["renditions"] = []
    assert names(tmp_path, found, size="320") == ["a-320.webp"]
