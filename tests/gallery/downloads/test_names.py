"""Names of downloaded files: every system can store them, and none is there twice."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.downloads.names import FORBIDDEN, folder_names, names_of, safe_name

ID = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")


@pytest.mark.parametrize(
    ("untrusted", "safe"),
    [
        ("harbor.jpg", "harbor.jpg"),
        ("e\u0301te\u0301.jpg", "\u00e9t\u00e9.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\photos\\a.jpg", "C__photos_a.jpg"),
        ("con.jpg", "_con.jpg"),
        ("COM1.tar.jpg", "_COM1.tar.jpg"),
        ("lpt\u00b9", "_lpt\u00b9"),
        ("nul .jpg", "_nul.jpg"),
        ("console.jpg", "console.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("ends with a dot.", "ends with a dot"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("line\nbreak\x00.jpg", "linebreak.jpg"),
        ("\ud800.jpg", "jpg"),
        ("...", "photo"),
        ("", "photo"),
    ],
)
def test_safe_name__can_be_stored_everywhere(untrusted: str, safe: str) -> None:
    assert safe_name(untrusted, fallback="photo") == safe


@given(st.text(max_size=400))
def test_safe_name__of_any_text(untrusted: str) -> None:
    name = safe_name(untrusted, fallback="photo")
    assert 0 < len(name.encode()) <= 230
    assert not FORBIDDEN & set(name)
    assert name.isprintable()
    assert name[-1] not in " ."
    assert name[0] not in " ."
    assert safe_name(name, fallback="photo") == name


def test_names_of__the_others_have_the_id_before_the_extension() -> None:
    assert names_of("a.jpg", ID) == ["a.jpg", "a-6f1c2a52.jpg", f"a-{ID.hex}.jpg"]


@pytest.mark.parametrize("name", ["contactsheet.json", "Not-Downloaded.txt"])
def test_names_of__the_archives_own_files_keep_theirs(name: str) -> None:
    assert name not in names_of(name, ID)


def test_folder_names__no_two_differ_by_case_only() -> None:
    ids = [UUID(int=number << 96) for number in range(1, 6)]
    titles = ["Sea", "sea", "2026/05. Oslo", "aux", "\u202e"]
    assert list(folder_names(zip(ids, titles, strict=True)).values()) == [
        "Sea",
        "sea-00000002",
        "2026_05_ Oslo",
        "_aux",
        "album",
    ]
