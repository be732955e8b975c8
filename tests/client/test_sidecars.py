"""What archives of other programs say, found beside their pictures."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from contactsheet.engine.interfaces import Outcome, Result
from contactsheet.importing import changes_of, facts_by_photo, plan
from contactsheet.sidecars import json_sidecars, xmp
from contactsheet.sidecars.facts import Facts, NotASidecar
from contactsheet.sidecars.library import Reading, read_library
from tests.client.takeout import Takeout

if TYPE_CHECKING:
    from pathlib import Path

TAKEN = datetime(2019, 5, 4, 10, 12, 7, tzinfo=UTC)
LONG = "PXL_20210612_081533117.PORTRAIT-01.COVER-and-more-"
IN_UTC = {"takenAtLocal": "2019-05-04T10:12:07", "takenAtOffset": "+00:00"}
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {attributes}>{elements}</rdf:Description>
</rdf:RDF></x:xmpmeta>"""
WORDS = (
    "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>Harbor at dawn</rdf:li></rdf:Alt></dc:description>"
    "<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li> Bergström </rdf:li><rdf:li>sea</rdf:li></rdf:Bag>"
    "</dc:subject>"
)
PHOTO = {
    "id": "p", "caption": "", "tags": [], "favorite": False, "archived": False, "isDateCorrected": False,
    "takenAtLocal": None, "newWords": None,
}  # fmt: skip


@pytest.fixture
def takeout(tmp_path: Path) -> Takeout:
    return Takeout(tmp_path / "Takeout" / "Google Photos")


def read(takeout: Takeout, **how: bool):
    return read_library([takeout.root], Reading(**how))


@pytest.mark.parametrize(
    ("picture", "sidecars", "found"),
    [
        ("a.jpg", ["a.jpg.json"], "a.jpg.json"),
        ("a.jpg", ["a.jpg.supplemental-metadata.json"], "a.jpg.supplemental-metadata.json"),
        ("a.JPG", ["A.jpg.supplemental-metadata.json"], "A.jpg.supplemental-metadata.json"),
        ("a(1).jpg", ["a.jpg.json", "a.jpg(1).json"], "a.jpg(1).json"),
        ("a(2).jpg", ["a.jpg.supplemental-metadata(2).json"], "a.jpg.supplemental-metadata(2).json"),
        ("a(1).jpg", ["a(1).jpg.json"], "a(1).jpg.json"),
        ("a.jpg", ["a.jpg.supplemental-metadata(1).json"], None),
        ("a-edited.jpg", ["a.jpg.json"], "a.jpg.json"),
        ("a-bearbeitet(1).jpg", ["a.jpg.json"], None),
        ("a-bearbeitet(1).jpg", ["a.jpg(1).json"], "a.jpg(1).json"),
        (f"{LONG}A.jpg", [f"{LONG[:46]}.json"], f"{LONG[:46]}.json"),
        ("IMG_2020_1312.jpg", ["IMG_2020_1312.jpg.suppl.json"], "IMG_2020_1312.jpg.suppl.json"),
        ("IMG_2020_1312.jpg", ["IMG_2020_1312.json"], None),
        ("ab.jpg", ["a.json"], None),
        ("a.jpg", ["b.jpg.json"], None),
    ],
)  # fmt: skip
def test_names_for__a_picture(picture: str, sidecars: list[str], found: str | None) -> None:
    assert next(iter(json_sidecars.Names(sidecars).of(picture)), None) == found


def test_library__of_long_names_that_begin_alike(takeout: Takeout) -> None:
    folder = takeout.folder("Photos from 2021")
    for letter, count in (("A", ""), ("B", "(1)")):
        takeout.picture(folder / f"{LONG}{letter}.jpg")
        takeout.sidecar(
            folder, f"{LONG}{letter}.jpg", taken=TAKEN, count=count, description=f"It is {letter}"
        )
    library = read(takeout)
    assert {path.stem[-1]: facts.caption for path, facts in library.facts.items()} == {
        "A": "It is A", "B": "It is B",
    }  # fmt: skip
    assert library.unused == 0


def test_library__of_google(takeout: Takeout) -> None:
    year = takeout.folder("Photos from 2019")
    trip = takeout.folder("Trip to Oslo", album="Trip to Oslo: Ø & friends")
    for folder in (year, trip):
        takeout.picture(folder / "a.jpg")
        takeout.sidecar(folder, "a.jpg", taken=TAKEN, description="Harbor", favorited=True, archived=True)
    takeout.picture(year / "old.jpg")
    takeout.sidecar(year, "old.jpg", taken=TAKEN, trashed=True)
    takeout.sidecar(year, "clip.mp4", taken=TAKEN)
    (year / "clip.mp4").write_bytes(b"a video")
    library = read(takeout)
    said = Facts(
        caption="Harbor", taken_at=TAKEN, is_instant=True, is_favorite=True, is_archived=True
    )  # fmt: skip
    assert library.facts == {
        trip / "a.jpg": said.or_else(Facts(albums=("Trip to Oslo: Ø & friends",))),
        year / "a.jpg": said,
    }
    assert library.unused == 1
    assert {(result.path.name, result.reason) for result in library.found.left_alone} == {
        ("old.jpg", "in_the_trash"), ("clip.mp4", "not_a_picture"),
    }  # fmt: skip
    assert plan(library).splitlines() == [
        f"Pictures: 2, {library.found.size_bytes / 1e6:,.1f} MB.",
        "Their archive has 2 captions, 2 dates, 2 favorites, 2 archived.",
        "Album: Trip to Oslo: Ø & friends (1)",
        "Sidecars of videos or of pictures that are missing: 1.",
        "Other files, left alone: 2.",
    ]


def test_library__people_become_tags_only_if_asked(takeout: Takeout) -> None:
    folder = takeout.folder("Photos from 2019")
    path = takeout.picture(folder / "a.jpg")
    takeout.sidecar(folder, "a.jpg", taken=TAKEN, people=[{"name": "Дочь"}, {"name": ""}, "?"])
    assert read(takeout).facts[path].tags == ()
    assert read(takeout, people_as_tags=True).facts[path].tags == ("Дочь",)


def test_library__of_immich_and_plain_folders(takeout: Takeout) -> None:
    folder = takeout.folder("Sommer")
    path = takeout.picture(folder / "a.jpg")
    said = {
        "fileName": "a.jpg", "dateTaken": "2019-05-04T12:12:07+02:00", "description": "Harbor",
        "albums": [{"title": "Oslo"}], "tags": [{"name": "sea", "value": "places/sea"}], "favorited": True,
    }  # fmt: skip
    (folder / "a.jpg.JSON").write_text(json.dumps(said))
    library = read(takeout, folders_as_albums=True)
    assert library.facts[path] == Facts(
        caption="Harbor", tags=("sea",), albums=("Sommer", "Oslo"), is_favorite=True, is_instant=True,
        taken_at=TAKEN,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp", "A.JPG.XMP"])
def test_library__of_xmp_sidecars(takeout: Takeout, name: str) -> None:
    folder = takeout.folder("raws")
    path = takeout.picture(folder / "a.jpg")
    text = XMP.format(attributes='exif:DateTimeOriginal="2019-05-04T12:12:07.25"', elements=WORDS)
    (folder / name).write_text(text)
    assert read(takeout).facts[path] == Facts(
        caption="Harbor at dawn", tags=("sea", "Bergström"), taken_at=datetime(2019, 5, 4, 12, 12, 7, 250_000)  # noqa: DTZ001
    )  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "elements", "taken"),
    [
        ('photoshop:DateCreated="2019-05-04T12:12:07+02:00"', "",
         datetime(2019, 5, 4, 12, 12, 7, tzinfo=timezone(timedelta(hours=2)))),
        ("", "<exif:DateTimeOriginal>2019-05-04T12:12</exif:DateTimeOriginal>", datetime(2019, 5, 4, 12, 12)),  # noqa: DTZ001
        ('photoshop:DateCreated="2019-05-04"', "", None),
        ('exif:DateTimeOriginal="2019-02-30T00:00:00"', "", None),
    ],
)  # fmt: skip
def test_xmp__dates(tmp_path: Path, attributes: str, elements: str, taken: datetime | None) -> None:
    path = tmp_path / "a.xmp"
    path.write_text(XMP.format(attributes=attributes, elements=elements))
    assert xmp.facts(path) == Facts(taken_at=taken)


def test_xmp__as_the_zip_writes_albums_and_favorites(tmp_path: Path) -> None:
    keywords = ["Albums|Oslo", "Albums|A|B", "Places|Albums|Bergen", "Albums", "Albums| ", "Albums|Oslo"]
    items = "".join(f"<rdf:li>{keyword}</rdf:li>" for keyword in keywords)
    elements = (
        f"<lr:hierarchicalSubject><rdf:Bag>{items}</rdf:Bag></lr:hierarchicalSubject>"
        "<xmp:Rating>5</xmp:Rating>"
    )
    path = tmp_path / "a.xmp"
    path.write_text(XMP.format(attributes="", elements=elements))
    assert xmp.facts(path) == Facts(albums=("Oslo", "A|B"), is_favorite=True)


@pytest.mark.parametrize(("rating", "is_favorite"), [("5", True), ("4", False), ("-1", False), ("", False)])
def test_xmp__favorites_have_five_stars(tmp_path: Path, rating: str, is_favorite: bool) -> None:
    path = tmp_path / "a.xmp"
    path.write_text(XMP.format(attributes=f'xmp:Rating="{rating}"', elements=""))
    assert xmp.facts(path).is_favorite is is_favorite


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x",
        b"<html/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b" " * 1_000_001,
    ],
)
def test_xmp__that_is_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(data)
    with pytest.raises(NotASidecar):
        xmp.facts(path)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":"' + b" " * 1_000_000 + b'"}']
)
def test_library__a_broken_sidecar_costs_no_picture(takeout: Takeout, data: bytes) -> None:
    folder = takeout.folder("Photos from 2019")
    path = takeout.picture(folder / "a.jpg")
    (folder / "a.jpg.json").write_bytes(data)
    (folder / "a.xmp").write_bytes(data)
    library = read(takeout)
    assert library.facts == {path: Facts()}
    assert Counter(result.reason for result in library.found.left_alone) == {"sidecar_unreadable": 2}


def test_facts__with_fields_of_other_types() -> None:
    found = {
        "title": 3,
        "description": ["no"],
        "photoTakenTime": {"timestamp": "soon"},
        "favorited": "yes",
        "people": 7,
    }
    assert json_sidecars.facts(found) == Facts(is_instant=True)
    assert json_sidecars.people(found) == ()
    assert json_sidecars.facts({"photoTakenTime": {"timestamp": "9" * 30}}).taken_at is None
    assert json_sidecars.facts({"photoTakenTime": {"timestamp": "0"}}).taken_at is None


@pytest.mark.parametrize(
    ("taken", "is_instant", "in_file", "changes"),
    [
        (TAKEN, True, None, IN_UTC),
        (TAKEN, True, "2019-05-05T00:12:07", {}),  # the same moment, by the clock of another place
        (TAKEN, True, "2009-01-01T00:00:00", IN_UTC),
        (TAKEN.replace(tzinfo=None), False, "2019-05-04T10:12:07.800", {}),
        (TAKEN.replace(tzinfo=None), False, "2019-05-04T11:12:07", {"takenAtLocal": "2019-05-04T10:12:07"}),
        (TAKEN.astimezone(timezone(timedelta(hours=-3, minutes=-30))), False, "2019-05-04T06:42:07", {}),
        (None, False, None, {}),
    ],
)  # fmt: skip
def test_changes__of_a_date(
    taken: datetime | None, is_instant: bool, in_file: str | None, changes: dict[str, str]
) -> None:
    facts = Facts(taken_at=taken, is_instant=is_instant)
    assert changes_of(PHOTO | {"takenAtLocal": in_file}, facts) == changes
    assert changes_of(PHOTO | {"takenAtLocal": in_file, "isDateCorrected": True}, facts) == {}


def test_changes__fill_only_what_is_empty() -> None:
    facts = Facts(caption="Theirs", tags=("Sea", "dawn"), is_favorite=True, is_archived=True)
    assert changes_of(PHOTO, facts) == {
        "caption": "Theirs", "tags": ["Sea", "dawn"], "favorite": True, "archived": True,
    }  # fmt: skip
    edited = PHOTO | {"caption": "Mine", "tags": ["sea"], "favorite": True, "archived": True}
    assert changes_of(edited, facts) == {"tags": ["sea", "dawn"]}


def test_changes__leave_words_that_wait_for_review() -> None:
    waiting = PHOTO | {"newWords": {"caption": "Mine", "tags": ["sea"]}}
    assert changes_of(waiting, Facts(caption="Theirs", tags=("dawn",))) == {"tags": ["sea", "dawn"]}


def test_facts_by_photo__copies_add_up(takeout: Takeout) -> None:
    first, copy = takeout.folder("Photos from 2019") / "a.jpg", takeout.folder("Oslo", album="Oslo") / "a.jpg"
    takeout.picture(first)
    copy.write_bytes(first.read_bytes())
    takeout.sidecar(copy.parent, "a.jpg", taken=TAKEN, description="Harbor")
    results = [
        Result(copy, Outcome.SAME_AS_ANOTHER, same_as=first),
        Result(first, Outcome.UPLOADED, photo_id="the id"),
    ]
    (path, facts) = facts_by_photo(read(takeout), results)["the id"]
    assert (path, facts.albums, facts.caption) == (first, ("Oslo",), "Harbor")


def test_changes__keep_words_that_wait() -> None:
    written = {"caption": "Mine", "tags": ["sea"]}
    assert changes_of(PHOTO | {"newWords": written}, Facts(caption="Theirs", tags=("dawn",))) == {
        "tags": ["sea", "dawn"]
    }
