"""Stacks of a raw and its JPEG through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums.tagging import set_tags
from gallery.api.tokens import Scope
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import Program, ProgramFactory
    from tests.gallery.conftest import FileFactory

pytestmark = pytest.mark.usefixtures("empty_aws")


def formats(program: Program, path: str) -> list[str]:
    photos = program.get(path).json()["photos"]
    return sorted(Photo.objects.get(pk=photo["id"]).format for photo in photos)


def test_stack__of_own_photos(file: FileFactory, alice: User, program_of: ProgramFactory) -> None:
    raw, jpeg = file("CR3", size_bytes=28), file("JPEG", size_bytes=6)
    program = program_of(alice)
    (shown,) = program.get("/photos").json()["photos"]
    assert shown["stack"] == [
        {"id": str(jpeg.pk), "fileName": "IMG_1234.JPG", "format": "JPEG", "sizeBytes": 6},
        {"id": str(raw.pk), "fileName": "IMG_1234.CR3", "format": "CR3", "sizeBytes": 28},
    ]
    assert program.get(f"/photos/{raw.pk}").json()["stack"] == shown["stack"]
    single = file("CR3", "IMG_9.CR3")
    assert program.get(f"/photos/{single.pk}").json()["stack"] == []


def test_stack__is_not_for_others(
    file: FileFactory, alice: User, bob: User, charlie: User, program_of: ProgramFactory
) -> None:
    raw, jpeg = file("CR3"), file("JPEG")
    for person, scopes in ((bob, [Scope.READ]), (charlie, [Scope.READ, Scope.MODERATE])):
        program = program_of(person, *scopes)
        (shown,) = program.get("/photos?view=public").json()["photos"]
        assert (shown["id"], shown["stack"]) == (str(jpeg.pk), None)
        assert program.get(f"/photos/{raw.pk}").json()["stack"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["JPEG"]),
        ("?stacked=true", ["CR3", "JPEG"]),
        ("?view=public", ["JPEG"]),
        ("?q=cr3", ["CR3"]),
        ("?q=IMG_1234", ["JPEG"]),
        ("?tag=sea", ["CR3"]),
        ("?trashed=true", []),
    ],
)
def test_list_photos__one_per_stack(
    query: str, found: list[str], file: FileFactory, alice: User, program_of: ProgramFactory
) -> None:
    set_tags(file("CR3").pk, ["sea"])
    file("JPEG")
    assert formats(program_of(alice), f"/photos{query}") == found


def test_list_photos__by_id(file: FileFactory, alice: User, program_of: ProgramFactory) -> None:
    raw, jpeg = file("CR3"), file("JPEG")
    assert formats(program_of(alice), f"/photos?id={raw.pk}&id={jpeg.pk}") == ["CR3", "JPEG"]


def test_search__one_per_stack(file: FileFactory, alice: User, program_of: ProgramFactory) -> None:
    file("CR3")
    file("JPEG")
    assert formats(program_of(alice), "/search?q=img_1234") == ["JPEG"]


@pytest.mark.parametrize("tagged", [["CR3"], ["JPEG"], ["CR3", "JPEG"]])
def test_tags__count_what_is_listed(
    tagged: list[str], file: FileFactory, alice: User, program_of: ProgramFactory
) -> None:
    for kind in ("CR3", "JPEG"):
        set_tags(file(kind).pk, ["sea"] if kind in tagged else ["hills"])
    program = program_of(alice)
    counts = {tag["name"]: tag["photoCount"] for tag in program.get("/tags").json()["tags"]}
    assert counts["sea"] == len(program.get("/photos?tag=sea").json()["photos"]) == 1


def test_change_photo__unstack_and_stack(file: FileFactory, alice: User, program_of: ProgramFactory) -> None:
    raw, jpeg = file("CR3"), file("JPEG")
    program = program_of(alice)
    assert program.patch(f"/photos/{jpeg.pk}", {"stacked": False}).json()["stack"] == []
    assert formats(program, "/photos") == ["CR3", "JPEG"]
    assert len(program.patch(f"/photos/{raw.pk}", {"stacked": True}).json()["stack"]) == 2
    assert formats(program, "/photos") == ["JPEG"]


def test_delete__of_both_at_once(file: FileFactory, alice: User, program_of: ProgramFactory) -> None:
    raw, jpeg = file("CR3"), file("JPEG")
    program = program_of(alice)
    results = program.post("/photos/delete", {"ids": [str(jpeg.pk), str(raw.pk)]}).json()["results"]
    assert [result["outcome"] for result in results] == ["trashed", "trashed"]
    assert formats(program, "/photos?trashed=true") == ["JPEG"]
    program.post(f"/photos/{jpeg.pk}/restore")
    assert formats(program, "/photos?stacked=true") == ["CR3", "JPEG"]
