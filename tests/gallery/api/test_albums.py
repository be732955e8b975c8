"""Albums and tags through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.albums.actions import change_photos
from gallery.albums.models import Album
from gallery.albums.tagging import set_tags
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")


def test_album__create_change_fill_and_delete(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    mine, foreign = make_photo(alice), make_photo(bob)
    made = program.post("/albums", {"title": " Sea "}).json()
    path = f"/albums/{made['id']}"
    assert (made["title"], made["visibility"], made["photoCount"]) == ("Sea", "private", 0)
    assert program.patch(path, {"description": "Salt"}).json()["description"] == "Salt"
    change = {"add": [str(mine.pk), str(foreign.pk)]}
    assert program.post(f"{path}/photos", change).json()["photoCount"] == 1
    assert program.post(f"{path}/photos", change).json()["photoCount"] == 1
    assert program.get(f"/photos/{mine.pk}").json()["albums"] == [{"id": made["id"], "title": "Sea"}]
    assert program.post(f"{path}/photos", {"remove": [str(mine.pk)]}).json()["photoCount"] == 0
    assert [album["id"] for album in program.get("/albums").json()["albums"]] == [made["id"]]
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404


def test_album__of_another_user(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    album.photos.add(make_photo(alice), make_photo(alice, State.PENDING))
    program = program_of(bob)
    assert program.get(f"/albums/{album.pk}").status_code == 404
    Album.objects.update(visibility=Visibility.PUBLIC)
    assert program.get(f"/albums/{album.pk}").json()["owner"] == "alice"
    assert len(program.get("/albums?public=true").json()["albums"]) == 1
    assert len(program.get(f"/photos?view=public&album={album.pk}").json()["photos"]) == 1
    assert program.patch(f"/albums/{album.pk}", {"title": "Mine"}).status_code == 404
    assert program.delete(f"/albums/{album.pk}").status_code == 404
    assert program.post(f"/albums/{album.pk}/photos", {}).status_code == 404


def test_album__counts_only_visible_photos(
    alice: User, bob: User, charlie: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    empty = Album.objects.create(owner=alice, title="Sand", visibility=Visibility.PUBLIC)
    private = make_photo(alice, visibility=Visibility.PRIVATE)
    album.photos.add(make_photo(alice), make_photo(alice, State.PENDING), private)
    album.photos.add(make_photo(alice, trashed_at=timezone.now()))
    counts = {
        person.username: (
            program_of(person).get(f"/albums/{album.pk}").json()["photoCount"],
            *(
                album["photoCount"]
                for album in program_of(person).get("/albums?public=true").json()["albums"]
            ),
        )
        for person in (alice, bob, charlie)
    }
    assert counts == {"alice": (3, 3), "bob": (1, 1), "charlie": (1, 1)}
    assert program_of(bob).get(f"/albums/{empty.pk}").json()["photoCount"] == 0


def test_list_albums__public_album_without_visible_photos(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    album.photos.add(make_photo(alice, State.PENDING))
    assert program_of(alice).get("/albums?public=true").json()["albums"] == []


def test_list_tags__counts_visible_photos(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    set_tags(make_photo(alice).pk, ["sea", "sun"])
    set_tags(make_photo(alice, visibility=Visibility.PRIVATE).pk, ["sea", "secret"])
    counts = {
        user.username: [
            (tag["name"], tag["photoCount"]) for tag in program_of(user).get("/tags").json()["tags"]
        ]
        for user in (alice, bob)
    }
    assert counts == {"alice": [("sea", 2), ("secret", 1), ("sun", 1)], "bob": [("sea", 1), ("sun", 1)]}
    assert [tag["name"] for tag in program_of(bob).get("/tags?q=SU").json()["tags"]] == ["sun"]


def test_album__place_and_order_hold_over_pages(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    photos = [str(make_photo(alice).pk) for _ in range(4)]
    path = f"/albums/{program.post('/albums', {'title': 'Sea'}).json()['id']}"
    program.post(f"{path}/photos", {"add": photos})
    assert program.post(f"{path}/place", {"id": photos[0]}).json()["order"] == "hand"
    program.post(f"{path}/place", {"id": photos[3], "after": photos[1]})
    found, cursor = [], ""
    while cursor is not None:
        answer = program.get(f"/photos?album={path[8:]}&limit=3&cursor={cursor}").json()
        found += [photo["id"] for photo in answer["photos"]]
        cursor = answer["nextCursor"]
    assert found == [photos[at] for at in (0, 2, 1, 3)]
    assert program.patch(path, {"order": "added"}).json()["order"] == "added"
    listed = program.get(f"/photos?album={path[8:]}").json()["photos"]
    assert [photo["id"] for photo in listed] == photos[::-1]


def test_album__cover_for_those_who_may_see_it(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    program, other = program_of(alice), program_of(bob)
    hidden, shown, outside = (
        make_photo(alice, visibility=Visibility.PRIVATE),
        make_photo(alice),
        make_photo(alice),
    )
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    path = f"/albums/{album.pk}"
    program.post(f"{path}/photos", {"add": [str(hidden.pk), str(shown.pk)]})
    assert program.post(f"{path}/cover", {"id": str(hidden.pk)}).json()["coverId"] == str(hidden.pk)
    assert other.get(path).json()["coverId"] == str(shown.pk)
    refused = program.post(f"{path}/cover", {"id": str(outside.pk)})
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_in_album")
    assert program.post(f"{path}/place", {"id": str(outside.pk)}).status_code == 409
    assert program.post(f"{path}/cover", {}).json()["coverId"] == str(shown.pk)
    assert {other.post(f"{path}/{act}", {"id": str(shown.pk)}).status_code for act in ("cover", "place")} == {
        404
    }


def test_list_albums__are_sorted(alice: User, program_of: ProgramFactory) -> None:
    for title in ("sea", "Arctic"):
        Album.objects.create(owner=alice, title=title)
    listed = program_of(alice).get("/albums?sort=name").json()["albums"]
    assert [album["title"] for album in listed] == ["Arctic", "sea"]
    assert program_of(alice).get("/albums?sort=title").status_code == 422


def test_album__tells_others_nothing_of_what_changed_unseen(
    alice: User, bob: User, make_photo: PhotoFactory, program_of: ProgramFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    album.photos.add(make_photo(alice))
    path = f"/albums/{album.pk}"
    before = program_of(bob).get(path).json()
    mine = program_of(alice).get(path).json()["changedAt"]
    change_photos(album, add=[make_photo(alice, visibility=Visibility.PRIVATE).pk], remove=())
    assert program_of(bob).get(path).json() == before
    assert program_of(alice).get(path).json()["changedAt"] > mine
