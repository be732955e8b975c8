"""The desk's part for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.accounts import invitations
from gallery.accounts.models import Invitation, User
from gallery.photos.models import DeletionRecord, Photo
from gallery.processing.settle import is_trusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

URL = "/admin/accounts/user/"


@pytest.fixture
def desk(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def test_trust_is_given_and_taken(desk: Client, alice: User, bob: User) -> None:
    people = {"_selected_action": [alice.pk, bob.pk], "index": 0}
    desk.post(URL, {"action": "trust", **people})
    assert is_trusted(User.objects.get(pk=alice.pk))
    assert b"icon-yes" in desk.get(URL).content
    desk.post(URL, {"action": "stop_trusting", **people})
    assert not is_trusted(User.objects.get(pk=alice.pk))


def test_the_list_costs_the_same_for_one_and_for_many(desk: Client, django_assert_max_num_queries) -> None:
    for number in range(20):
        User.objects.create_user(f"person-{number}")
    with django_assert_max_num_queries(8):
        assert desk.get(URL).status_code == 200


def test_room_is_given(desk: Client, alice: User) -> None:
    page = desk.get(f"{URL}{alice.pk}/change/")
    fields = {"username": "alice", "email": "alice@example.org", "quota_bytes": 7_000, "is_active": "on"}
    assert page.status_code == 200
    assert desk.post(f"{URL}{alice.pk}/change/", fields).status_code == 302
    alice.refresh_from_db()
    assert alice.quota_bytes == 7_000


def test_deleting_somebody_purges_their_photos_first(
    empty_aws: None, desk: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    page = desk.get(f"{URL}{alice.pk}/delete/").content.decode()
    assert "1 photos with their originals" in page
    assert desk.post(f"{URL}{alice.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Photo.objects.exists()
    assert DeletionRecord.objects.get().photo_id == photo.pk


def test_an_admin_does_not_delete_themselves_here_nor_many_at_once(
    desk: Client, admin: User, alice: User
) -> None:
    assert desk.post(f"{URL}{admin.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(URL, {"action": "delete_selected", "_selected_action": [alice.pk], "index": 0, "post": "yes"})
    assert User.objects.count() == 2


@pytest.mark.parametrize("path", ["", "add/", "{alice}/change/", "{alice}/delete/", "{alice}/password/"])
def test_a_moderator_is_no_admin(
    charlie: User, alice: User, client_of: Callable[[User], Client], path: str
) -> None:
    assert client_of(charlie).get(URL + path.format(alice=alice.pk)).status_code == 403


def test_an_open_invitation_can_be_taken_back(desk: Client, charlie: User) -> None:
    token = invitations.create(charlie, note="for Dora")
    assert "for Dora" in desk.get("/admin/accounts/invitation/").content.decode()
    desk.post(f"/admin/accounts/invitation/{Invitation.objects.get().pk}/delete/", {"post": "yes"})
    assert not invitations.is_open(token)
