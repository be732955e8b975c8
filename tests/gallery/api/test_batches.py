"""Actions on many photos by programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.albums.models import Album
from gallery.albums.tagging import set_tags, tags_of
from gallery.api.routes import batches
from gallery.api.tokens import Scope
from gallery.batches.models import Batch
from gallery.photos.models import Photo
from gallery.photos.states import State
from tests.gallery.conftest import SIZE_BYTES

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import Program, ProgramFactory
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def program(alice: User, program_of: ProgramFactory) -> Program:
    return program_of(alice)


def start(program: Program, photos: list[Photo], **action: Any) -> Any:
    return program.post("/photos/batch", {"ids": [str(photo.pk) for photo in photos], **action})


def test_batch__is_done_undone_and_done_once(alice: User, program: Program, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(3)]
    body = {"ids": [str(photo.pk) for photo in photos], "addTags": ["Sea"]}
    answers = [program.post("/photos/batch", body, Idempotency_Key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    batch = answers[0].json()
    assert answers[1].json() == batch
    assert (batch["total"], batch["done"], batch["isFinished"], batch["canUndo"]) == (3, 3, True, True)
    assert tags_of([photo.pk for photo in photos]) == {photo.pk: ["sea"] for photo in photos}
    undone = program.post(f"/batches/{batch['id']}/undo")
    assert (undone.status_code, undone.json()["kind"]) == (200, "remove_tags")
    assert tags_of([photo.pk for photo in photos]) == {}
    assert program.get(f"/batches/{batch['id']}").json()["canUndo"] is False


def test_batch__that_takes_long_is_continued_or_canceled(
    alice: User, program: Program, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "WORK_SECONDS", 0.0)
    batch = start(program, [make_photo(alice) for _ in range(3)], trash=True).json()
    assert (batch["processed"], batch["isFinished"]) == (1, False)
    batch = program.post(f"/batches/{batch['id']}/continue").json()
    assert batch["processed"] == 2
    batch = program.post(f"/batches/{batch['id']}/cancel").json()
    assert (batch["processed"], batch["isFinished"], batch["isCanceled"]) == (2, True, True)
    assert Photo.objects.trashed().count() == 2


def test_batch__names_each_refused_photo(
    alice: User, bob: User, program: Program, make_photo: PhotoFactory
) -> None:
    his, unknown = make_photo(bob), uuid4()
    body = {"ids": [str(his.pk), str(unknown)], "trash": True}
    refused = program.post("/photos/batch", body).json()["refused"]
    assert refused == [
        {"id": str(his.pk), "reason": "not_found"},
        {"id": str(unknown), "reason": "not_found"},
    ]


@pytest.mark.parametrize(
    ("kind", "scopes", "status"),
    [
        ("trash", [Scope.UPLOAD], 403),
        ("trash", [Scope.UPLOAD, Scope.DELETE], 200),
        ("purge", [Scope.UPLOAD, Scope.DELETE], 403),
        ("purge", [Scope.UPLOAD, Scope.PURGE], 200),
        ("restore", [Scope.UPLOAD], 200),
    ],
)
def test_batch__needs_the_scope_of_what_it_does(
    alice: User,
    program_of: ProgramFactory,
    make_photo: PhotoFactory,
    kind: str,
    scopes: list[Scope],
    status: int,
) -> None:
    assert start(program_of(alice, *scopes), [make_photo(alice)], **{kind: True}).status_code == status


def test_undo__of_a_restoration_needs_the_scope_delete(
    alice: User, program_of: ProgramFactory, make_photo: PhotoFactory, program: Program
) -> None:
    photo = make_photo(alice)
    start(program, [photo], trash=True)
    restored = start(program, [photo], restore=True).json()
    assert program_of(alice, Scope.UPLOAD).post(f"/batches/{restored['id']}/undo").status_code == 403
    assert program.post(f"/batches/{restored['id']}/undo").status_code == 200


@pytest.mark.parametrize(
    "action",
    [
        {},
        {"addTags": []},
        {"addTags": ["a/b"]},
        {"trash": False},
        {"trash": True, "purge": True},
        {"visibility": "everyone"},
        {"addToAlbum": "x"},
        {"shiftDateSeconds": "60"},
        {"shiftDateSeconds": 60.5},
        {"shiftDateSeconds": True},
        {"shiftDateSeconds": 10**11},
        {"setDate": None},
        {"setDate": {"local": "2026-05-01T12:00"}},
        {"setDate": {"local": "2026-02-29T12:00:00"}},
        {"setDate": {"local": "2026-05-01T12:00:00", "offset": None}},
        {"fileDate": False},
        {"explode": True},
    ],
)
def test_batch__takes_exactly_one_action(
    alice: User, program: Program, make_photo: PhotoFactory, action: dict[str, Any]
) -> None:
    answer = start(program, [make_photo(alice)], **action)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert answer.json()["errors"]
    assert not Batch.objects.exists()


def test_batch__of_others_is_not_found(
    alice: User, bob: User, program: Program, program_of: ProgramFactory, make_photo: PhotoFactory
) -> None:
    batch = start(program, [make_photo(alice)], trash=True).json()
    other = program_of(bob)
    assert other.get(f"/batches/{batch['id']}").status_code == 404
    for action in ("continue", "cancel", "undo"):
        assert other.post(f"/batches/{batch['id']}/{action}").status_code == 404


def test_batch__dates(alice: User, program: Program, make_photo: PhotoFactory) -> None:
    noon = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - a wall clock
    photo, without = make_photo(alice, taken_local=noon), make_photo(alice)
    shifted = start(program, [photo, without], shiftDateSeconds=-3600.0).json()
    assert (shifted["kind"], shifted["refused"]) == (
        "shift_date",
        [{"id": str(without.pk), "reason": "no_date"}],
    )
    assert program.get(f"/photos/{photo.pk}").json()["takenAtLocal"] == "2026-05-01T11:00:00"
    program.post(f"/batches/{shifted['id']}/undo")
    assert program.get(f"/photos/{photo.pk}").json()["isDateCorrected"] is False
    date = {"local": "1974-07-01T12:00:00", "offset": "-05:00"}
    assert start(program, [photo, without], setDate=date).json()["kind"] == "set_date"
    found = program.get("/photos?takenDayUntil=1975-01-01").json()["photos"]
    assert {each["takenAt"] for each in found} == {"1974-07-01T17:00:00Z"}
    start(program, [photo, without], fileDate=True)
    times = [program.get(f"/photos/{each.pk}").json()["takenAtLocal"] for each in (photo, without)]
    assert times == ["2026-05-01T12:00:00", None]


def test_batch__album_and_visibility(alice: User, program: Program, make_photo: PhotoFactory) -> None:
    album, photo = Album.objects.create(owner=alice, title="Sea"), make_photo(alice)
    assert start(program, [photo], addToAlbum=str(album.pk)).json()["done"] == 1
    assert album.entries.count() == 1
    assert start(program, [photo], visibility="private").json()["done"] == 1
    photo.refresh_from_db()
    assert photo.visibility == "private"


def test_trash__is_restored_and_emptied(alice: User, program: Program, make_photo: PhotoFactory) -> None:
    at = timezone.now() - timedelta(days=2)
    for hour in range(4):
        make_photo(alice, trashed_at=at + timedelta(hours=hour))
    found = program.get("/trash").json()
    assert (found["photoCount"], found["sizeBytes"]) == (4, 4 * SIZE_BYTES)
    half = {"until": (at + timedelta(hours=1)).isoformat()}
    assert program.post("/trash/restore", half).json()["done"] == 2
    assert program.get("/trash").json()["photoCount"] == 2
    emptied = program.post("/trash/empty", {"until": found["asOf"]}).json()
    assert (emptied["done"], emptied["canUndo"]) == (2, False)
    assert program.post("/trash/empty", {"until": found["asOf"]}).json()["reason"] == "trash_empty"


def test_tags__are_renamed_merged_and_removed(
    alice: User, program: Program, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    set_tags(photo.pk, ["harbour", "sea"])
    renamed = program.post("/tags/rename", {"tag": "Harbour", "to": "harbor"}).json()
    assert (renamed["kind"], renamed["done"], tags_of([photo.pk])[photo.pk]) == (
        "rename_tag",
        1,
        ["harbor", "sea"],
    )
    asked = program.post("/tags/rename", {"tag": "harbor", "to": "sea"})
    assert (asked.status_code, asked.json()["reason"]) == (409, "tag_exists")
    assert program.post("/tags/rename", {"tag": "harbor", "to": "sea", "merge": True}).json()["done"] == 1
    assert program.post("/tags/remove", {"tag": "sea"}).json()["done"] == 1
    assert program.post("/tags/remove", {"tag": "sea"}).status_code == 404
    assert program.post("/tags/remove", {"tag": "a,b"}).json()["reason"] == "invalid"
