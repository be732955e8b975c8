"""Photos through the API: lists, private fields, changes and reviews."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.albums.models import Album, AlbumEntry, Tag
from gallery.albums.tagging import set_tags, tags_of
from gallery.api import filters
from gallery.api.tokens import Scope
from gallery.blocks.actions import block
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State, Visibility, WordsState
from tests.gallery.stores import failed_item, ready_item
from thumbworker.contract.policy import CARD, CURRENT

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import JustBefore, PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")


def ids(answer: object) -> list[str]:
    assert answer.status_code == 200, answer.content  # type: ignore[attr-defined]
    return [photo["id"] for photo in answer.json()["photos"]]  # type: ignore[attr-defined]


def test_list_photos__own_photos_newest_first(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    old, new = make_photo(alice), make_photo(alice, State.PENDING)
    make_photo(bob)
    assert ids(program_of(alice).get("/photos")) == [str(new.pk), str(old.pk)]


def test_list_photos__pages_have_no_gap_or_repetition(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    made = [str(make_photo(alice).pk) for _ in range(5)]
    program = program_of(alice)
    seen: list[str] = []
    cursor = ""
    while True:
        answer = program.get(f"/photos?limit=2&cursor={cursor}")
        seen += ids(answer)
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_list_photos__filters(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    tagged = make_photo(alice, caption="Harbour at dawn", taken_at=noon)
    set_tags(tagged.pk, ["harbour", "blue hour"])
    private = make_photo(alice, visibility=Visibility.PRIVATE)
    trashed = make_photo(alice, trashed_at=noon)
    failed = make_photo(alice, State.FAILED, reason="damaged")
    public = make_photo(bob)
    album = Album.objects.create(owner=alice, title="Sea")
    AlbumEntry.objects.create(album=album, photo=tagged)
    program = program_of(alice)
    uploaded = tagged.created_at.isoformat().replace("+00:00", "Z")
    expected = {
        "tag=harbour": {tagged},
        "tag=Harbour&tag=blue+hour": {tagged},
        "tag=harbour&tag=none": set(),
        "tag=,": set(),
        f"album={album.pk}": {tagged},
        f"album={uuid4()}": set(),
        "q=dawn": {tagged},
        "q=HARBOUR+blue": {tagged},
        f"q={private.file_name}": {private},
        "q=nothing": set(),
        "visibility=private": {private},
        "state=failed": {failed},
        "state=failed&state=approved": {tagged, private, failed},
        "trashed=true": {trashed},
        "takenFrom=2026-05-01T12:00:00Z": {tagged},
        "takenUntil=2026-05-01T12:00:00Z": set(),
        "takenUntil=2026-05-01T14:00:01%2B02:00": {tagged},
        f"uploadedUntil={uploaded}": set(),
        f"uploadedFrom={uploaded}": {tagged, private, failed},
        f"id={private.pk}&id={public.pk}": {private},
        "view=public": {tagged, public},
        "view=public&owner=bob": {public},
        "view=public&owner=unknown": set(),
    }
    found = {query: set(ids(program.get(f"/photos?{query}"))) for query in expected}
    assert found == {query: {str(photo.pk) for photo in photos} for query, photos in expected.items()}


def test_get_photo__private_fields_for_the_owner_only(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice, origin_url="https://example.org/a.jpg")
    stores.put_item(ready_item(photo, location={"latitude": "59.9", "longitude": "10.7"}, incomplete=31))
    private = ("fileName", "contentType", "sizeBytes", "sha256", "originUrl", "location", "incomplete")
    mine = program_of(alice).get(f"/photos/{photo.pk}").json()
    theirs = program_of(bob).get(f"/photos/{photo.pk}").json()
    assert all(mine[name] is not None for name in private)
    assert [theirs[name] for name in private] == [None] * len(private)
    assert theirs["metadata"]["model"] == "Nikon D750"
    assert [made["name"] for made in theirs["renditions"]] == [
        spec.name for spec in CURRENT.renditions if spec.name != CARD
    ]
    assert all(made["address"].startswith("https://") for made in theirs["renditions"])
    assert mine["pageAddress"] == f"http://127.0.0.1:8000/photos/{photo.pk}/"


def test_get_photo__words_of_exif_for_the_owner_only(
    alice: User,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    stores: Stores,
) -> None:
    photo = make_photo(alice)
    camera = {"make": "NIKON", "model": "D750", "lens_model": "50mm", "iso": 400, "flash": "fired"}
    words = {"artist": "Ann", "copyright": "Ann", "description": "Ann's divorce", "software": "Ann's phone"}
    stores.put_item(ready_item(photo, metadata=camera | words, words={"title": "Ann in court"}))
    mine, theirs, moderators = (
        program.get(f"/photos/{photo.pk}").json()["metadata"]
        for program in (program_of(alice), program_of(bob), program_of(charlie, *Scope))
    )
    assert mine == camera | words | {"iso": "400", "title": "Ann in court"}
    assert theirs == moderators == camera | {"iso": "400"}


def test_photo__private_photo_of_another_user_is_not_found(
    alice: User, bob: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    for program in (program_of(bob), program_of(charlie, *Scope)):
        assert program.get(f"/photos/{photo.pk}").status_code == 404
        assert program.patch(f"/photos/{photo.pk}", {"caption": "x"}).status_code == 404
        assert program.delete(f"/photos/{photo.pk}").status_code == 404
        assert program.get(f"/download/{photo.pk}").status_code == 404
        assert program.get(f"/download-thumbnail/{photo.pk}").status_code == 404
        assert program.post(f"/photos/{photo.pk}/restore").status_code == 404
        answer = program.post("/photos/delete", {"ids": [str(photo.pk)], "forever": True})
        assert answer.json()["results"] == [{"id": str(photo.pk), "outcome": "notFound"}]
    assert Photo.objects.filter(pk=photo.pk, trashed_at=None).exists()


def test_review_queue__needs_the_moderate_scope(
    alice: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    plain, moderating = program_of(charlie), program_of(charlie, *Scope)
    assert plain.get(f"/photos/{photo.pk}").status_code == 404
    assert plain.get("/photos?view=review").json()["reason"] == "scope_missing"
    assert moderating.get(f"/photos/{photo.pk}").status_code == 200
    assert ids(moderating.get("/photos?view=review")) == [str(photo.pk)]


def test_review_queue__by_state(
    alice: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    of_state = {state: make_photo(alice, state) for state in State}
    changed = make_photo(alice, words_state=WordsState.WAITING)
    moderator = program_of(charlie, *Scope)

    def queue(*states: str) -> set[str]:
        return set(ids(moderator.get("/photos?view=review" + "".join(f"&state={name}" for name in states))))

    assert queue("pending") == {str(of_state[State.PENDING].pk)}
    assert queue("approved", "rejected") == {str(changed.pk)}
    assert queue("pending", "approved") == queue()
    with CaptureQueriesContext(connection) as queries:
        assert queue("rejected", "failed") == set()
    # No photo of these states waits, so none is looked for.
    assert not any("photos_photo" in query["sql"] for query in queries)


@pytest.mark.parametrize("few", [0, 6], ids=["met on the way", "collected"])
@pytest.mark.parametrize(
    ("query", "said", "expected"),
    [
        ("favorite=true", "is_favorite", ["newer", "changed"]),
        ("favorite=true&trashed=true", "is_favorite", ["trashed"]),
        ("uploadedFrom=2020-01-02T00:00:00Z&view=public", "created_at", ["newer"]),
        ("uploadedUntil=2020-01-02T00:00:00Z", "created_at", ["changed", "waiting", "older"]),
        ("view=review", "words_state", ["changed", "waiting"]),
        ("view=review&state=approved", "words_state", ["changed"]),
        ("view=review&state=rejected", "words_state", []),
    ],
)
def test_list_photos__of_an_album_with_a_filter_are_found_either_way(
    few: int,
    query: str,
    said: str,
    expected: list[str],
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    before, after = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 3, tzinfo=UTC)
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)

    def photos() -> dict[str, Photo]:
        made = {
            "older": make_photo(alice, created_at=before),
            "waiting": make_photo(alice, State.PENDING, created_at=before),
            "changed": make_photo(
                alice, words_state=WordsState.WAITING, visibility=Visibility.PUBLIC, created_at=before
            ),
            "trashed": make_photo(alice, trashed_at=after, created_at=after),
            "newer": make_photo(alice, created_at=after),
        }
        for name in ("changed", "trashed", "newer"):
            Photo.objects.filter(pk=made[name].pk).update(is_favorite=True)
        return made

    photos()  # in no album
    of_name = photos()
    for photo in of_name.values():
        AlbumEntry.objects.create(album=album, photo=photo)
    program = program_of(charlie if "review" in query else alice, *Scope)
    with CaptureQueriesContext(connection) as queries:
        listed = ids(program.get(f"/photos?album={album.pk}&{query}"))
    assert listed == [str(of_name[name].pk) for name in expected]
    met = [part for query in queries.captured_queries for part in query["sql"].split("CASE WHEN")[1:]]
    assert any(said in part for part in met) == (few == 0 and bool(expected))


def test_review__needs_the_user_s_permission(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice)
    program = program_of(bob, *Scope)
    assert program.get("/photos?view=review").json()["reason"] == "not_allowed"
    answer = program.post(f"/photos/{photo.pk}/review", {"decision": "reject"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_allowed")


def test_review__staff_without_the_permission(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice)
    bob.is_staff = True
    bob.save()
    answer = program_of(bob, *Scope).post(f"/photos/{photo.pk}/review", {"decision": "reject"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "not_allowed")
    assert Photo.objects.get().state == State.APPROVED


def test_list_photos__updates_processed_photos(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    done, broken = make_photo(alice, State.AWAITING), make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(done))
    stores.put_item(failed_item(broken))
    listed = program_of(alice).get("/photos").json()["photos"]
    assert [(photo["state"], photo["reason"]) for photo in listed] == [
        ("failed", "damaged"),
        ("pending", None),
    ]


def test_change_photo__new_caption_waits_for_review(
    alice: User, trusted: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    for owner, waits in ((alice, True), (trusted, False)):
        photo = make_photo(owner)
        answer = program_of(owner).patch(f"/photos/{photo.pk}", {"caption": "New", "tags": ["Sea", "sea"]})
        assert answer.status_code == 200, answer.content
        body = answer.json()
        new = body["newWords"] if waits else body
        assert (new["caption"], new["tags"], body["state"]) == ("New", ["sea"], "approved")
        assert (body["newWords"] is not None, body["caption"]) == (waits, "" if waits else "New")


def test_change_photo__visibility_needs_no_review(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice)
    body = program_of(alice).patch(f"/photos/{photo.pk}", {"visibility": "private"}).json()
    assert (body["visibility"], body["state"]) == ("private", "approved")


@pytest.mark.parametrize(
    "change",
    [
        {"captoin": "x"},
        {"caption": 5},
        {"caption": None},
        {"visibility": "friends"},
        {"tags": ["a,b"]},
        {"tags": ["x" * 41]},
        {"takenAtLocal": "2026-05-01"},
        {"takenAtLocal": "2026-05-01T12:00:00Z"},
        {"takenAtOffset": "+02:00"},
        {"rotation": 45},
        {"rotation": "90"},
        {"rotation": 90.5},
        {"rotation": None},
        {"takenAtLocal": "2026-05-01T12:00:00", "takenAtOffset": None},
        [],
    ],
)
def test_change_photo__invalid_body(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, change: object
) -> None:
    photo = make_photo(alice)
    answer = program_of(alice).patch(f"/photos/{photo.pk}", change)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert Photo.objects.get(pk=photo.pk).state == State.APPROVED


def test_change_photo__date_and_back(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice, taken_local=datetime(2026, 10, 31, 12))  # noqa: DTZ001 - a wall clock
    stores.put_item(ready_item(photo))
    path, hers = f"/photos/{photo.pk}", program_of(alice)
    change = {"takenAtLocal": "1974-07-01T12:00:00.250", "takenAtOffset": "+01:00"}
    body = hers.patch(path, change).json()
    assert body | change == body
    assert (body["takenAt"], body["isDateCorrected"]) == ("1974-07-01T11:00:00Z", True)
    assert body["metadata"]["taken_at"].startswith("2026-10-31")
    assert "taken_at" not in program_of(bob).get(path).json()["metadata"]
    body = hers.patch(path, {"takenAtLocal": None}).json()
    assert (body["takenAtLocal"], body["isDateCorrected"]) == ("2026-10-31T12:00:00", False)
    assert "taken_at" in program_of(bob).get(path).json()["metadata"]
    answer = hers.patch(f"/photos/{make_photo(alice, State.FAILED).pk}", {"takenAtLocal": None})
    assert (answer.status_code, answer.json()["reason"]) == (409, "conflict")


def test_change_photo__rotation(alice: User, make_photo: PhotoFactory, program_of: ProgramFactory) -> None:
    photo, program = make_photo(alice, width=3, height=2), program_of(alice)
    for degrees in (90, 90, 0, 270):
        assert program.patch(f"/photos/{photo.pk}", {"rotation": degrees}).json()["rotation"] == degrees
    photo.refresh_from_db()
    assert (photo.quarter_turns, photo.width, photo.height, photo.state) == (7, 2, 3, State.APPROVED)
    batch = program.post("/photos/batch", {"ids": [str(photo.pk)], "rotateRight": True}).json()
    assert batch["kind"] == "rotate_right"
    assert program.get(f"/photos/{photo.pk}").json()["rotation"] == 0
    answer = program.patch(f"/photos/{make_photo(alice, State.FAILED).pk}", {"rotation": 90})
    assert (answer.status_code, answer.json()["reason"]) == (409, "conflict")


def test_delete_photo__can_be_restored(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice)
    program = program_of(alice)
    assert program.delete(f"/photos/{photo.pk}").status_code == 204
    assert ids(program.get("/photos")) == []
    assert program.post(f"/photos/{photo.pk}/restore").json()["trashedAt"] is None
    assert ids(program.get("/photos")) == [str(photo.pk)]


def test_restore_photo__duplicate_stays_in_the_trash(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, trashed_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_photo(alice, sha256=photo.sha256)
    answer = program_of(alice).post(f"/photos/{photo.pk}/restore")
    assert (answer.status_code, answer.json()["reason"]) == (409, "already_there")


def test_delete_photo__forever_frees_storage(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, ["sea"])
    AlbumEntry.objects.create(album=Album.objects.create(owner=alice, title="Sea"), photo=photo)
    stores.put_original(photo.pk)
    assert program_of(alice).delete(f"/photos/{photo.pk}?forever=true").status_code == 204
    assert not Photo.objects.exists()
    assert (Album.objects.count(), AlbumEntry.objects.count(), Tag.objects.count()) == (1, 0, 1)
    assert DeletionRecord.objects.filter(pk=photo.pk).exists()
    alice.refresh_from_db()
    assert alice.used_bytes == 0


def test_delete_photos__one_outcome_per_photo(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    first, second, foreign = make_photo(alice), make_photo(alice), make_photo(bob)
    wanted = [str(first.pk), str(foreign.pk), str(second.pk)]
    answer = program_of(alice).post("/photos/delete", {"ids": wanted})
    assert [result["outcome"] for result in answer.json()["results"]] == ["trashed", "notFound", "trashed"]
    assert Photo.objects.not_trashed().get() == foreign


def test_review__decisions_of_a_moderator(
    alice: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    program = program_of(charlie, *Scope)

    def decide(decision: str) -> str:
        body = {"decision": decision, "reason": "Blurred", "wordsMark": photo.words_mark}
        answer = program.post(f"/photos/{photo.pk}/review", body)
        return str(answer.json()["state"])

    assert [decide(d) for d in ("reject", "approve", "reconsider")] == ["rejected", "approved", "pending"]
    assert [entry.actor for entry in photo.history.all()] == [charlie] * 3


@pytest.mark.parametrize("change", [{"caption": "something vile"}, {"tags": ["something vile"]}])
def test_review__words_changed_since_they_were_read(
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    change: dict[str, object],
) -> None:
    photo = make_photo(alice, State.PENDING, caption="harbour")
    moderator = program_of(charlie, *Scope)
    read = moderator.get(f"/photos/{photo.pk}").json()
    assert program_of(alice).patch(f"/photos/{photo.pk}", change).status_code == 200
    body = {"decision": "approve", "wordsMark": read.get("wordsMark")}
    answer = moderator.post(f"/photos/{photo.pk}/review", body)
    assert (answer.status_code, answer.json()["reason"]) == (409, "words_changed")
    assert Photo.objects.get().state == State.PENDING


def test_review__approval_without_words_mark(
    alice: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    answer = program_of(charlie, *Scope).post(f"/photos/{photo.pk}/review", {"decision": "approve"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert "wordsMark" in answer.json()["detail"]
    assert answer.json()["errors"][0]["where"] == "body.wordsMark"
    assert Photo.objects.get().state == State.PENDING


def test_change__tags_and_move_are_one_transaction(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    just_before: JustBefore,
) -> None:
    photo, program = make_photo(alice), program_of(alice)

    def crash() -> None:
        raise OSError("the process died")

    with just_before('UPDATE "photos_photo"', crash), pytest.raises(OSError, match="died"):
        program.patch(f"/photos/{photo.pk}", {"tags": ["unread"]})
    assert Photo.objects.get().state == State.APPROVED
    assert tags_of([photo.pk]) == {}


def test_review__unprocessed_photo(
    alice: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    body = {"decision": "approve", "wordsMark": photo.words_mark}
    answer = program_of(charlie, *Scope).post(f"/photos/{photo.pk}/review", body)
    assert (answer.status_code, answer.json()["reason"]) == (409, "conflict")


def test_try_again__failed_photo(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    processed_at = datetime(2026, 11, 1, 10, 0, 1, tzinfo=UTC)
    photo = make_photo(alice, State.FAILED, reason="damaged", processed_at=processed_at)
    answer = program_of(alice).post(f"/photos/{photo.pk}/try-again")
    assert answer.json()["state"] == "awaiting"
    assert stores.keys("nudges/") == {f"nudges/{photo.pk}"}
    assert program_of(alice).post(f"/photos/{photo.pk}/try-again").status_code == 409


def test_search__public_and_own_photos(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    mine = make_photo(alice, caption="Old harbour", visibility=Visibility.PRIVATE)
    theirs = make_photo(bob, caption="The harbour")
    make_photo(bob, caption="Harbour", visibility=Visibility.PRIVATE)
    make_photo(bob, caption="Desert", file_name="harbour.jpg")
    assert ids(program_of(alice).get("/search?q=harbour")) == [str(theirs.pk), str(mine.pk)]


@pytest.mark.parametrize("path", ["/photos?stat=failed", "/photos?next=1&limit=2", "/me?x=1"])
def test_query__unknown_name(alice: User, program_of: ProgramFactory, path: str) -> None:
    answer = program_of(alice).get(path)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert answer.json()["errors"][0]["message"] == "Unknown name."


def test_search__without_words(alice: User, program_of: ProgramFactory) -> None:
    answer = program_of(alice).get("/search?q=")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.q"


@pytest.mark.parametrize(
    ("said", "taken_at", "local", "offset"),
    [
        ("2026-02-01T12:00:00-05:00", "2026-02-01T17:00:00Z", "2026-02-01T12:00:00", "-05:00"),
        ("2015-02-01T14:42:59.250+01:00", "2015-02-01T13:42:59Z", "2015-02-01T14:42:59.250", "+01:00"),
        ("2007-06-30T18:45:17", "2007-06-30T18:45:17", "2007-06-30T18:45:17", None),
        ("2007-06-30T18:45:17+00:00", "2007-06-30T18:45:17Z", "2007-06-30T18:45:17", "+00:00"),
        ("2007-06-30T00:45:17+05:45", "2007-06-29T19:00:17Z", "2007-06-30T00:45:17", "+05:45"),
        ("", None, None, None),
    ],
)
def test_get_photo__time_of_capture(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    stores: Stores,
    said: str,
    taken_at: str | None,
    local: str | None,
    offset: str | None,
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo, metadata={"taken_at": said}))
    found = program_of(alice).get(f"/photos/{photo.pk}").json()
    assert (found["takenAt"], found["takenAtLocal"], found["takenAtOffset"]) == (taken_at, local, offset)


def test_get_photo__row_of_an_older_version(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    """Its instant may be a local time; the item knows."""
    photo = make_photo(alice, taken_at=datetime(2007, 6, 30, 18, tzinfo=UTC))
    assert program_of(bob).get(f"/photos/{photo.pk}").json()["takenAt"] is None
    stores.put_item(ready_item(photo, metadata={"taken_at": "2007-06-30T18:00:00"}))
    assert program_of(bob).get(f"/photos/{photo.pk}").json()["takenAt"] == "2007-06-30T18:00:00"


def test_list_photos__times_of_known_and_unknown_offset(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    evening = datetime(2026, 4, 30, 22)  # noqa: DTZ001 - a wall clock
    local = make_photo(alice, taken_local=evening)
    western = make_photo(alice, taken_local=evening, taken_at=datetime(2026, 5, 1, 3, tzinfo=UTC))
    make_photo(alice)
    program = program_of(alice)
    expected = {
        "takenFrom=2026-04-30T22:00:00Z": {local, western},
        "takenFrom=2026-05-01T00:00:00Z": {western},
        "takenUntil=2026-05-01T00:00:00Z": {local},
        "takenDayFrom=2026-04-30": {local, western},
        "takenDayFrom=2026-05-01": set(),
        "takenDayUntil=2026-05-01": {local, western},
        "takenDayUntil=2026-04-30": set(),
    }
    found = {query: set(ids(program.get(f"/photos?{query}"))) for query in expected}
    assert found == {query: {str(photo.pk) for photo in photos} for query, photos in expected.items()}


def test_list_photos__row_of_an_older_version_has_its_instant_only(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    make_photo(alice, taken_local=datetime(2009, 6, 30, 18))  # noqa: DTZ001 - a wall clock
    program, query = (
        program_of(alice),
        "/photos?takenFrom=2007-06-01T00:00:00Z&takenUntil=2007-07-01T00:00:00Z",
    )
    assert ids(program.get(query)) == []
    photo = make_photo(alice, taken_at=datetime(2007, 6, 30, 18, tzinfo=UTC))
    assert ids(program.get(query)) == [str(photo.pk)]


@pytest.mark.parametrize("day", ["2026-13-01", "20260501", "1714521600", "2026-05-01T00:00:00Z", ""])
def test_list_photos__invalid_day(alice: User, program_of: ProgramFactory, day: str) -> None:
    assert program_of(alice).get(f"/photos?takenDayFrom={day}").status_code == 422


def test_get_photo__words_of_the_file_for_the_owner_only(
    alice: User,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    stores: Stores,
) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, ["lake"])
    words = {"title": "Dawn", "rating": 4, "description": "At home", "keywords": ["Lake", "Places/Oslo", "?"]}
    stores.put_item(ready_item(photo, words=words))
    mine = program_of(alice).get(f"/photos/{photo.pk}").json()
    assert mine["fileTags"] == ["places oslo"]
    assert mine["metadata"] == {
        "model": "Nikon D750",
        "taken_at": "2026-10-31T12:00:00+01:00",
        "title": "Dawn",
        "rating": "4",
        "description": "At home",
    }
    for program in (program_of(bob), program_of(charlie, *Scope)):
        response = program.get(f"/photos/{photo.pk}")
        assert response.json()["fileTags"] is None
        assert not any(word in response.text for word in ("Dawn", "At home", "Oslo", "oslo"))


def test_patch_photo__a_refusal_takes_all_back(
    alice: User, admin: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    photo = make_photo(alice, visibility="private", taken_local=datetime(2026, 5, 1))  # noqa: DTZ001
    assert block(alice, by=admin, reason="Spam.")
    change = {"takenAtLocal": "2020-01-01T00:00:00", "rotation": 90, "visibility": "public"}
    answer = program_of(alice).patch(f"/photos/{photo.pk}", change)
    assert answer.status_code == 403
    photo.refresh_from_db()
    assert (photo.is_date_corrected, photo.quarter_turns, photo.visibility) == (False, 0, "private")
