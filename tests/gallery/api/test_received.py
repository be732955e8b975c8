"""What guests sent, through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.albums.models import Album, AlbumEntry
from gallery.api.tokens import Scope
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.sharing.actions import share_by_link
from gallery.sharing.models import Contribution, Grant
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from django.conf import Settings

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores


@pytest.fixture
def grant(alice: User) -> Grant:
    """Return a link by which guests send photos to Alice."""
    album = Album.objects.create(owner=alice, title="Sea")
    return share_by_link(None, album, role="add", expires_at=None).grant


@pytest.fixture
def received(alice: User, make_photo: PhotoFactory, grant: Grant) -> list[Photo]:
    """Return two photos that came by it."""
    waiting = {"is_received": True, "trashed_at": timezone.now(), "visibility": Visibility.PRIVATE}
    photos = [make_photo(alice, State.PENDING, format="JPEG", **waiting) for _ in range(2)]
    for photo in photos:
        Contribution.objects.create(
            photo=photo, album=grant.album, grant=grant, sender=uuid4(), name="Aunt Vera"
        )
    return photos


def test_received__list_accept_and_decline(
    alice: User, bob: User, program_of: ProgramFactory, received: list[Photo], grant: Grant, stores: Stores
) -> None:
    for photo in received:
        stores.put_item(ready_item(photo))
    first, second = received
    program = program_of(alice)
    listed = program.get("/received").json()["received"]
    assert [one["id"] for one in listed] == [str(first.pk), str(second.pk)]
    assert (listed[0]["sentBy"], listed[0]["albumId"], listed[0]["shareId"]) == (
        "Aunt Vera",
        str(grant.album_id),
        str(grant.pk),
    )
    assert listed[0]["renditions"][0]["address"]
    assert (listed[0]["state"], listed[0]["fileName"]) == ("pending", first.file_name)
    sent_at, waits_until = (datetime.fromisoformat(listed[0][name]) for name in ("sentAt", "waitsUntil"))
    assert waits_until - sent_at == timedelta(days=60)
    # No other list has them.
    for path in (
        "/photos",
        "/photos?trashed=true",
        f"/photos?album={grant.album_id}",
        f"/photos?id={first.pk}",
    ):
        assert program.get(path).json()["photos"] == []
    assert program.get(f"/photos/{first.pk}").status_code == 404
    assert program.get("/trash").json()["photoCount"] == 0
    assert program.get("/archive/photos").json()["photos"] == []
    others = program_of(bob)
    assert others.get("/received").json() == {"received": []}
    decision = {"accept": [str(first.pk)], "decline": [str(second.pk)]}
    assert others.post("/received", decision).json() == {"accepted": [], "had": [], "declined": []}
    assert program_of(alice, Scope.UPLOAD).post("/received", decision).status_code == 403
    answer = program.post("/received", decision)
    assert answer.json() == {"accepted": [str(first.pk)], "had": [], "declined": [str(second.pk)]}
    assert AlbumEntry.objects.get().photo_id == first.pk
    [about] = [photo["about"] for photo in program.get("/archive/photos").json()["photos"]]
    assert (about["sentBy"], about["sentFor"]) == ("Aunt Vera", "Sea")
    grant.album.delete()
    [about] = [photo["about"] for photo in program.get("/archive/photos").json()["photos"]]
    assert (about["sentBy"], about["sentFor"]) == ("Aunt Vera", None)
    assert program.get("/received").json() == {"received": []}
    assert [photo["id"] for photo in program.get("/photos?trashed=true").json()["photos"]] == [str(second.pk)]
    # Repeating it changes nothing.
    assert program.post("/received", decision).json() == {"accepted": [], "had": [], "declined": []}


def test_received__an_album_without_room_takes_none(
    alice: User, program_of: ProgramFactory, received: list[Photo], settings: Settings, empty_aws: None
) -> None:
    settings.PHOTOS_PER_ALBUM = 1
    answer = program_of(alice).post("/received", {"accept": [str(photo.pk) for photo in received]})
    assert (answer.status_code, answer.json()["reason"]) == (422, "album_full")
    assert Photo.objects.received().count() == 2


@pytest.mark.parametrize("decision", [{}, {"accept": []}, {"accept": None}])
def test_received__needs_a_decision(
    decision: dict[str, object], alice: User, program_of: ProgramFactory
) -> None:
    assert program_of(alice).post("/received", decision).status_code == 422


def test_share__of_the_role_add_is_for_links_and_people(
    alice: User, bob: User, program_of: ProgramFactory, grant: Grant
) -> None:
    program = program_of(alice)
    path = f"/albums/{grant.album_id}/shares"
    for entry in ({"role": "add"}, {"role": "add", "person": "bob"}):
        assert program.post(path, entry).json()["role"] == "add"
    assert {share["role"] for share in program.get("/shares").json()["shares"]} == {"add"}
