"""One's own account: what it shows, its address, and its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.management import call_command

from gallery.accounts import emails
from gallery.accounts.models import User
from gallery.albums.actions import change_photos, create_album
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo
from gallery.photos.states import State, Visibility
from gallery.processing import account_deletion
from tests.gallery.conftest import PASSWORD
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


def test_account__shows_used_storage(
    alice: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    User.objects.update(quota_bytes=4_000)
    make_photo(alice)
    response = client_of(alice).get("/me/")
    assert response.context["user"].quota_percent == 25
    assert "alice@example.org" in response.content.decode()


def test_account__needs_sign_in(client: Client) -> None:
    assert client.get("/me/").url == "/sign-in/?next=/me/"


def test_email_change__needs_confirmation(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert client.post("/me/email/", {"email": "new@example.org"}).url == "/me/"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    client.post(link_in(mail.outbox[0]))
    alice.refresh_from_db()
    assert alice.email == "new@example.org"


def test_email_change__older_link_is_dead(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    for address in ("one@example.org", "two@example.org"):
        client.post("/me/email/", {"email": address})
    first, second = (link_in(message) for message in mail.outbox)
    client.post(second)
    assert client.post(first).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "two@example.org"


def test_email_change__forged_link_refused(client: Client) -> None:
    assert client.get("/email/made-up/").status_code == 404
    assert client.post("/email/made-up/").status_code == 404


def test_delete__needs_password(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert client.get("/me/delete/").status_code == 200
    response = client.post("/me/delete/", {"password": "guessed"})
    assert response.status_code == 422
    assert "Incorrect password. Nothing was deleted." in response.content.decode()
    assert User.objects.filter(pk=alice.pk, is_active=True).exists()


def test_delete__is_told_to_the_address(
    alice: User, admin: User, client_of: Callable[[User], Client], empty_aws: None
) -> None:
    client_of(alice).post("/me/delete/", {"password": "guessed"})
    assert mail.outbox == []
    client_of(alice).post("/me/delete/", {"password": PASSWORD})
    emails.send_queued()
    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@example.org"], "Your account was deleted")
    assert "Hello alice" in str(message.body)


def test_delete__purges_own_photos_only(
    moto_aws: MotoAws,
    alice: User,
    bob: User,
    client_of: Callable[[User], Client],
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks,
) -> None:
    gone = [make_photo(alice, State.APPROVED), make_photo(alice, State.AWAITING)]
    transitions.trashed(make_photo(alice).pk, actor=alice)
    kept = make_photo(bob)
    storage = moto_aws.client("s3")
    for photo in [*gone, kept]:
        storage.put_object(
            Bucket=moto_aws.outputs.originals_bucket,
            Key=keys.original_key(photo.pk),
            ContentType="image/jpeg",
            Body=b"x",
        )
    client = client_of(alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/me/delete/", {"password": PASSWORD}, follow=True)
    assert "Your account and your photos were deleted." in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert list(Photo.objects.all()) == [kept]
    assert list(User.objects.all()) == [bob]
    assert DeletionRecord.objects.count() == 3
    listed = storage.list_objects_v2(Bucket=moto_aws.outputs.originals_bucket, Prefix="originals/")
    assert [entry["Key"] for entry in listed["Contents"]] == [keys.original_key(kept.pk)]


def test_delete__decisions_of_moderator_stay(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    transitions.approved(make_photo(alice, State.PENDING).pk, actor=charlie)
    assert account_deletion.delete_account(charlie)
    assert HistoryEntry.objects.get().actor is None


def test_delete__sweep_finishes(stores: Stores, alice: User, make_photo: PhotoFactory, capsys) -> None:
    make_photo(alice)
    assert not account_deletion.delete_account(alice, seconds=0)
    alice.refresh_from_db()
    assert (alice.is_active, alice.email, alice.has_usable_password()) == (False, "", False)
    call_command("sweep")
    assert "accounts_gone 1" in capsys.readouterr().out
    assert not User.objects.exists()
    assert not Photo.objects.exists()


def test_delete__hides_at_once_what_the_sweep_purges_later(
    stores: Stores,
    alice: User,
    charlie: User,
    make_photo: PhotoFactory,
    client: Client,
    client_of: Callable[[User], Client],
) -> None:
    photo = make_photo(alice)
    album = create_album(alice, title="Sea", description="", visibility=Visibility.PUBLIC)
    change_photos(album, add=[photo.pk], remove=[])
    assert not account_deletion.delete_account(alice, seconds=0)
    assert Photo.objects.exists()
    for address in (photo.get_absolute_url(), album.get_absolute_url(), "/people/alice/"):
        assert client.get(address).status_code == 404, address
        assert client_of(charlie).get(address).status_code == 404, address
    for address in ("/", "/albums/"):
        assert str(photo.pk) not in client.get(address).text, address


def test_delete__sweep_skips_inactive_accounts(alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert account_deletion.finish_deletions() == 0
    assert User.objects.filter(pk=alice.pk).exists()


def test_delete__only_admin_refused(admin: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(admin).post("/me/delete/", {"password": PASSWORD})
    assert "You are the only admin of this gallery." in response.content.decode()
    assert User.objects.filter(pk=admin.pk, is_active=True).exists()


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"http://[^/]+(/email/\S+)", str(message.body))
    assert found
    return found[1]
