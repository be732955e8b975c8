"""Users and invitations in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission

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
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def test_trust__given_and_taken(browser: Client, alice: User, bob: User) -> None:
    people = {"_selected_action": [alice.pk, bob.pk], "index": 0}
    browser.post(URL, {"action": "trust", **people})
    assert is_trusted(User.objects.get(pk=alice.pk))
    assert b"icon-yes" in browser.get(URL).content
    browser.post(URL, {"action": "stop_trusting", **people})
    assert not is_trusted(User.objects.get(pk=alice.pk))


def test_list__query_count_is_constant(browser: Client, django_assert_max_num_queries) -> None:
    for number in range(20):
        User.objects.create_user(f"person-{number}")
    with django_assert_max_num_queries(8):
        assert browser.get(URL).status_code == 200


def test_change__quota(browser: Client, alice: User) -> None:
    page = browser.get(f"{URL}{alice.pk}/change/")
    fields = {"username": "alice", "email": "alice@example.org", "quota_bytes": 7_000, "is_active": "on"}
    assert page.status_code == 200
    assert browser.post(f"{URL}{alice.pk}/change/", fields).status_code == 302
    alice.refresh_from_db()
    assert alice.quota_bytes == 7_000


def test_delete__purges_photos(
    empty_aws: None, browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    page = browser.get(f"{URL}{alice.pk}/delete/").content.decode()
    assert "1 photo with its original" in page
    assert browser.post(f"{URL}{alice.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Photo.objects.exists()
    assert DeletionRecord.objects.get().photo_id == photo.pk


def test_delete__not_oneself_and_not_in_bulk(browser: Client, admin: User, alice: User) -> None:
    assert browser.post(f"{URL}{admin.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(
        URL, {"action": "delete_selected", "_selected_action": [alice.pk], "index": 0, "post": "yes"}
    )
    assert User.objects.count() == 2


@pytest.mark.parametrize("path", ["", "add/", "{alice}/change/", "{alice}/delete/", "{alice}/password/"])
def test_people__not_for_moderators(
    charlie: User, alice: User, client_of: Callable[[User], Client], path: str
) -> None:
    # Not even with every permission of the app: these pages grant permissions.
    charlie.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts"))
    assert client_of(charlie).get(URL + path.format(alice=alice.pk)).status_code == 403


def test_invitation__revoked(browser: Client, charlie: User) -> None:
    token = invitations.create(charlie, note="for Dora")
    assert "for Dora" in browser.get("/admin/accounts/invitation/").content.decode()
    browser.post(f"/admin/accounts/invitation/{Invitation.objects.get().pk}/delete/", {"post": "yes"})
    assert not invitations.is_open(token)
