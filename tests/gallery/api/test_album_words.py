"""Words of albums and their review through the API, and the caps of albums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums import actions
from gallery.albums.models import Album, AlbumEntry
from gallery.api.schemas.albums import WordsStateName
from gallery.api.tokens import Scope
from gallery.core import reasons
from gallery.photos.states import WordsState
from tests.gallery.albums.test_review import approved, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory

PLACES = ["/albums/", "/albums/{id}/", "api /albums?public=true", "api /albums/{id}"]


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("place", PLACES)
def test_unread_words__are_nowhere(
    place: str,
    alice: User,
    bob: User,
    charlie: User,
    client: Client,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
) -> None:
    album = made(alice, "Unread title", "Unread text")
    AlbumEntry.objects.create(album=album, photo=make_photo(alice))

    def found() -> list[str]:
        path = place.removeprefix("api ").format(id=album.pk)
        if place.startswith("api "):
            return [program_of(person).get(path).content.decode() for person in (bob, charlie)]
        texts = [client.get(path).content.decode()]
        for person in (bob, charlie):
            client.force_login(person)
            texts.append(client.get(path).content.decode())
        client.logout()
        return texts

    for text in found():
        assert "Album" in text
        assert "Unread" not in text
    approved(album, charlie)
    assert all("Unread title" in text for text in found())


def test_api__lists_and_decides(alice: User, bob: User, charlie: User, program_of: ProgramFactory) -> None:
    album = made(alice)
    program = program_of(charlie, Scope.READ, Scope.MODERATE)
    [listed] = program.get("/albums/review").json()["albums"]
    assert (listed["title"], listed["owner"], listed["publicTitle"]) == ("Sea", "alice", "")
    path = f"/albums/{album.pk}/review"
    for person in (alice, bob):
        assert program_of(person, Scope.MODERATE).get("/albums/review").status_code == 403
        assert (
            program_of(person, Scope.MODERATE)
            .post(path, {"decision": "approve", "wordsMark": "0" * 32})
            .status_code
            == 403
        )
    stale = program.post(path, {"decision": "approve", "wordsMark": "0" * 32})
    assert (stale.status_code, stale.json()["reason"]) == (409, "words_changed")
    assert program.post(path, {"decision": "approve"}).status_code == 422
    done = program.post(path, {"decision": "approve", "wordsMark": listed["wordsMark"]})
    assert (done.status_code, done.json()["wordsState"], done.json()["publicTitle"]) == (
        200,
        "approved",
        "Sea",
    )
    assert program.get("/albums/review").json()["albums"] == []
    gone = {"decision": "reject", "wordsMark": listed["wordsMark"], "reason": "Ads"}
    assert program.post(path, gone).json()["wordsState"] == "rejected"
    mine = program_of(alice).get(f"/albums/{album.pk}").json()
    assert (mine["title"], mine["wordsState"], mine["reviewNote"]) == ("Sea", "rejected", "Ads")
    others = program_of(bob).get(f"/albums/{album.pk}").json()
    assert (others["title"], others["wordsState"], others["reviewNote"]) == ("Album", None, None)


def test_create_album__up_to_the_cap(
    alice: User,
    bob: User,
    client_of: Callable[[User], Client],
    program_of: ProgramFactory,
    settings: SettingsWrapper,
) -> None:
    settings.ALBUMS_PER_ACCOUNT = 2
    made(bob)
    made(alice), made(alice)
    with pytest.raises(actions.LimitReached) as refusal:
        made(alice)
    assert refusal.value.reason is reasons.TOO_MANY_ALBUMS
    answer = program_of(alice).post("/albums", {"title": "Sea"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "too_many_albums")
    page = client_of(alice).post("/albums/new/", {"title": "Sea", "visibility": "private"})
    assert page.status_code == 422
    assert reasons.TOO_MANY_ALBUMS.sentence in page.content.decode()
    assert Album.objects.owned_by(alice).count() == 2


@pytest.mark.usefixtures("empty_aws")
def test_album__holds_photos_up_to_the_cap(
    alice: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    settings: SettingsWrapper,
) -> None:
    settings.PHOTOS_PER_ALBUM = 2
    album = made(alice)
    first, second, third = (make_photo(alice) for _ in range(3))
    actions.change_photos(album, add=[first.pk, second.pk], remove=[])
    actions.change_photos(album, add=[second.pk], remove=[])
    answer = program_of(alice).post(f"/albums/{album.pk}/photos", {"add": [str(third.pk)]})
    assert (answer.status_code, answer.json()["reason"]) == (422, "album_full")
    form = {"tags": "new", "albums": [str(album.pk)]}
    page = client_of(alice).post(f"/photos/{third.pk}/organize/", form, follow=True)
    assert reasons.ALBUM_FULL.sentence in page.content.decode()
    assert not third.tags.exists()
    assert set(album.photos.all()) == {first, second}
    actions.change_photos(album, add=[third.pk], remove=[first.pk])
    assert set(album.photos.all()) == {second, third}


def test_state__names_of_the_api_and_the_database_agree() -> None:
    assert {name.value for name in WordsStateName} == set(WordsState.values)
