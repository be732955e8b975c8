"""The page that takes a photo down, and what everybody sees of the photo afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group

from gallery.api.tokens import Scope
from gallery.photos import actions
from gallery.photos.models import Photo, TakenDown
from gallery.photos.states import State, Visibility
from tests.gallery.api.conftest import Program
from tests.gallery.stores import Stores, ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

WHY = "Shows a person who did not agree."


@pytest.fixture
def remover(charlie: User) -> User:
    """Return a moderator who may take photos down: the group comes from a migration."""
    charlie.groups.add(Group.objects.get(name="Takedown"))
    return charlie


def url_of(photo: Photo) -> str:
    return f"/admin/photos/photo/{photo.pk}/take-down/"


@pytest.mark.parametrize("visibility", Visibility)
def test_page__works(
    stores: Stores,
    alice: User,
    remover: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
    visibility: Visibility,
) -> None:
    photo = make_photo(alice, visibility=visibility, caption="Secret words", file_name="secret.jpg")
    client = client_of(remover)
    page = client.get(url_of(photo)).text
    assert "Secret words" not in page
    assert "secret.jpg" not in page
    assert "Enter a reason" in client.post(url_of(photo), {"reason": " \u200b"}).text
    assert not TakenDown.objects.exists()
    assert client.post(url_of(photo), {"reason": WHY}).status_code == 302
    assert TakenDown.objects.get().by == remover
    assert "was taken down" in client.get(url_of(photo)).text
    listed = client.get("/admin/photos/takendown/").text
    assert str(photo.pk) in listed
    assert WHY in listed


def test_page__needs_the_permission(
    stores: Stores, alice: User, charlie: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    client = client_of(charlie)
    assert client.post(url_of(photo), {"reason": WHY}).status_code == 403
    assert client.get("/admin/photos/takendown/").status_code == 403
    assert not TakenDown.objects.exists()


def test_api__takes_down(stores: Stores, alice: User, remover: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    program = Program(remover, [Scope.MODERATE])
    path = f"/photos/{photo.pk}/takedown"
    assert program.post(path, {"reason": "\u200b"}).status_code == 422
    assert program.post(f"/photos/{uuid4()}/takedown", {"reason": WHY}).status_code == 404
    assert program.post(path, {"reason": WHY}).json() == {"id": str(photo.pk), "isComplete": True}
    again = program.post(path, {"reason": WHY})
    assert (again.status_code, again.json()["reason"]) == (409, "taken_down")


@pytest.mark.parametrize("missing", ["permission", "scope"])
def test_api__refuses(
    stores: Stores, alice: User, charlie: User, admin: User, make_photo: PhotoFactory, missing: str
) -> None:
    photo = make_photo(alice)
    program = (
        Program(charlie, [Scope.MODERATE]) if missing == "permission" else Program(admin, [Scope.UPLOAD])
    )
    assert program.post(f"/photos/{photo.pk}/takedown", {"reason": WHY}).status_code == 403
    assert not TakenDown.objects.exists()


def test_taken_down__what_each_person_sees(
    stores: Stores,
    alice: User,
    bob: User,
    remover: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo))
    actions.take_down(photo.pk, actor=remover, reason=WHY)
    path = photo.get_absolute_url()
    for person, status in ((bob, 404), (alice, 200), (remover, 200)):
        response = client_of(person).get(path)
        assert response.status_code == status
        # The worker has not removed its item yet.
        assert "/renditions" not in response.text
        assert "<img" not in response.text.partition('<figure class="photo')[2].partition("</figure>")[0]
    mine = client_of(alice).get(path).text
    assert "took it down" in mine
    assert WHY in mine
    for form in ("edit/", "trash/", "restore/", "purge/", "try-again/"):
        assert f"{path}{form}" not in mine
    assert client_of(alice).get(f"{path}original/").status_code == 404
    page = client_of(remover).get(f"/admin/photos/photo/{photo.pk}/change/").text
    assert 'name="decision"' not in page
    assert "<img" not in page.partition('class="desk-photo"')[2].partition("</div>")[0]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "", {"caption": "Mine"}),
        ("patch", "", {"visibility": "private"}),
        ("patch", "", {"tags": ["mine"]}),
        ("delete", "", None),
        ("delete", "?forever=true", None),
        ("post", "/restore", None),
        ("post", "/try-again", None),
    ],
)
def test_taken_down__owner_changes_nothing_by_the_api(
    stores: Stores,
    alice: User,
    remover: User,
    make_photo: PhotoFactory,
    method: str,
    path: str,
    body: dict[str, object] | None,
) -> None:
    photo = make_photo(alice)
    actions.take_down(photo.pk, actor=remover, reason=WHY)
    program = Program(alice, list(Scope))
    call = getattr(program, method)
    response = call(f"/photos/{photo.pk}{path}", *([] if body is None else [body]))
    assert (response.status_code, response.json()["reason"]) == (409, "taken_down")
    assert Photo.objects.get().state == State.REJECTED
    for name in (photo.pk, photo.file_name):
        assert program.get(f"/download/{name}").json()["reason"] == "taken_down"
        assert program.get(f"/download-thumbnail/{name}").json()["reason"] == "taken_down"
    shown = program.get(f"/photos/{photo.pk}").json()
    assert (shown["renditions"], shown["sha256"], shown["thumbhash"]) == ([], None, None)


def test_taken_down__bulk_deletion_says_so(
    stores: Stores, alice: User, remover: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    actions.take_down(photo.pk, actor=remover, reason=WHY)
    program = Program(alice, list(Scope))
    results = program.post("/photos/delete", {"ids": [str(photo.pk)], "forever": True}).json()["results"]
    assert results == [{"id": str(photo.pk), "outcome": "takenDown"}]


def test_decision__own_photo_is_refused_on_page_and_api(
    stores: Stores, charlie: User, admin: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(charlie, State.PENDING)
    chosen = f"{photo.pk}:pending:{photo.words_mark}"
    page = client_of(charlie).post(
        "/admin/photos/photo/", {"decision": "approve", "chosen": chosen}, follow=True
    )
    assert "someone else has to decide" in page.text
    body = {"decision": "approve", "wordsMark": photo.words_mark}
    answer = Program(charlie, [Scope.MODERATE]).post(f"/photos/{photo.pk}/review", body)
    assert (answer.status_code, answer.json()["reason"]) == (403, "own_photo")
    assert Photo.objects.get().state == State.PENDING


def test_review_hint__for_moderators_only(
    stores: Stores, alice: User, remover: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING, review_hint="looks_taken_down")
    hint = "Looks like a picture that was taken down."
    assert Program(alice, [Scope.READ]).get(f"/photos/{photo.pk}").json()["reviewHint"] is None
    program = Program(remover, [Scope.READ, Scope.MODERATE])
    assert program.get(f"/photos/{photo.pk}").json()["reviewHint"] == hint
    assert hint in client_of(remover).get(f"/admin/photos/photo/{photo.pk}/change/").text
    assert hint not in client_of(alice).get(photo.get_absolute_url()).text
