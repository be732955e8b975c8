"""Photos that people lend to others' albums, through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from gallery.albums.actions import change_album
from gallery.albums.models import Album
from gallery.api.tokens import Scope
from gallery.photos.states import Visibility
from gallery.sharing import actions, lending
from gallery.sharing.models import Decision, Grant, Lent, Role
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores


@pytest.fixture
def grant(alice: User, bob: User) -> Grant:
    """Return Bob's grant, by which he can add photos to Alice's album."""
    album = Album.objects.create(owner=alice, title="Sea")
    return Grant.objects.create(album=album, person=bob, role=Role.ADD)


@pytest.fixture
def photo(bob: User, make_photo: PhotoFactory, stores: Stores) -> Photo:
    """Return a private photo of Bob."""
    made = make_photo(bob, visibility=Visibility.PRIVATE, caption="Our boat", file_name="secret-name.jpg")
    stores.put_item(ready_item(made))
    return made


def test_lent__is_added_accepted_and_taken_back(
    grant: Grant, photo: Photo, alice: User, bob: User, program_of: ProgramFactory
) -> None:
    member, owner = program_of(bob), program_of(alice)
    entry = {"shareId": str(grant.pk), "ids": [str(photo.pk)]}
    assert member.post("/lent", entry).json() == {"count": 1}
    assert member.post("/lent", entry).json() == {"count": 0}
    (mine,) = member.get("/lent").json()["lent"]
    assert mine.pop("lentAt").endswith("Z")
    assert mine == {
        "id": str(photo.pk),
        "albumId": str(grant.album_id),
        "albumTitle": "Sea",
        "owner": "alice",
        "decision": "waiting",
    }
    answer = owner.get("/lent/waiting")
    assert "secret-name" not in answer.text
    (waiting,) = answer.json()["waiting"]
    assert (waiting["id"], waiting["lentBy"], waiting["caption"]) == (str(photo.pk), "bob", "Our boat")
    assert waiting["renditions"]
    decided = owner.post("/lent/decide", {"accept": [str(photo.pk)], "decline": [str(photo.pk)]}).json()
    assert decided == {"accepted": [str(photo.pk)], "declined": []}
    assert owner.get("/lent/waiting").json() == {"waiting": []}
    # It is Bob's as before.
    assert owner.get(f"/photos/{photo.pk}").status_code == 404
    assert owner.get(f"/download/{photo.pk}").status_code == 404
    actions.end(None, grant)
    change_album(grant.album, title="Sea without Bob")
    (mine,) = member.get("/lent").json()["lent"]
    assert (mine["decision"], mine["albumTitle"]) == ("accepted", None)
    elsewhere = {"ids": [str(photo.pk)], "albumId": str(uuid4())}
    assert member.post("/lent/take-back", elsewhere).json() == {"count": 0}
    assert member.post("/lent/take-back", {"ids": [str(photo.pk)]}).json() == {"count": 1}
    assert member.get("/lent").json() == {"lent": []}
    ended = member.post("/lent", entry)
    assert (ended.status_code, ended.json()["reason"]) == (410, "no_longer_shared")


def test_lend__is_for_who_holds_the_share(
    grant: Grant,
    photo: Photo,
    alice: User,
    bob: User,
    charlie: User,
    program_of: ProgramFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = {"shareId": str(grant.pk), "ids": [str(photo.pk)]}
    for person in (alice, charlie):
        assert program_of(person).post("/lent", entry).status_code == 404
    # Who may only upload must not show private photos to others.
    assert program_of(bob, Scope.UPLOAD).post("/lent", entry).status_code == 403
    monkeypatch.setattr(lending, "MOST_LENT", 0)
    full = program_of(bob).post("/lent", entry)
    assert (full.status_code, full.json()["reason"]) == (422, "too_many_lent")
    Grant.objects.update(role=Role.VIEW)
    assert program_of(bob).post("/lent", entry).status_code == 404
    assert not Lent.objects.exists()


def test_decide__is_for_the_albums_owner(
    grant: Grant, photo: Photo, alice: User, bob: User, charlie: User, program_of: ProgramFactory
) -> None:
    lent = Lent.objects.create(photo=photo, album=grant.album)
    decision = {"accept": [str(photo.pk)]}
    for person in (bob, charlie):
        nothing = {"accepted": [], "declined": []}
        assert program_of(person).post("/lent/decide", decision).json() == nothing
        of_album = decision | {"albumId": str(grant.album_id)}
        assert program_of(person).post("/lent/decide", of_album).status_code == 404
        assert program_of(person).get("/lent/waiting").json() == {"waiting": []}
    assert program_of(charlie).post("/lent/take-back", {"ids": [str(photo.pk)]}).json() == {"count": 0}
    other = Album.objects.create(owner=alice, title="Harbor")
    of_other = {"decline": [str(photo.pk)], "albumId": str(other.pk)}
    assert program_of(alice).post("/lent/decide", of_other).json() == {"accepted": [], "declined": []}
    assert program_of(alice).post("/lent/decide", {}).status_code == 422
    of_it = {"decline": [str(photo.pk)], "albumId": str(grant.album_id)}
    assert program_of(alice).post("/lent/decide", of_it).json()["declined"] == [str(photo.pk)]
    lent.refresh_from_db()
    assert lent.decision == Decision.DECLINED


def test_decide__one_lent_to_two_albums_is_named_once(
    grant: Grant, photo: Photo, alice: User, program_of: ProgramFactory
) -> None:
    other = Album.objects.create(owner=alice, title="Harbor")
    for album in (grant.album, other):
        Lent.objects.create(photo=photo, album=album)
    chosen = [str(photo.pk)]
    decided = program_of(alice).post("/lent/decide", {"accept": chosen, "decline": chosen}).json()
    assert decided == {"accepted": chosen, "declined": []}
    assert set(Lent.objects.values_list("decision", flat=True)) == {Decision.ACCEPTED}
