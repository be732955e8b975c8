"""People hold grants by their name or by the address that they confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.utils import timezone

from gallery.accounts import audit, emails, notices
from gallery.accounts.models import AccountEvent, Invitation, QueuedEmail, User
from gallery.core import reasons
from gallery.photos.states import Visibility
from gallery.sharing import actions
from gallery.sharing.models import Grant
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from gallery.albums.models import Album
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("empty_aws")


@pytest.fixture
def photo(alice: User, album: Album, make_photo: PhotoFactory) -> Photo:
    """Return a private photo of the album."""
    made = make_photo(alice, visibility=Visibility.PRIVATE)
    album.photos.add(made)
    return made


def form(name: str, **fields: str) -> dict[str, str]:
    return {"by_name": "yes", "person-name": name, "person-role": "view", "person-ends": "30", **fields}


@pytest.mark.parametrize("name", ["BOB", "Bob@example.org"])
def test_person__sees_the_album_and_finds_it(
    name: str,
    album: Album,
    photo: Photo,
    alice: User,
    bob: User,
    charlie: User,
    client_of: Callable[[User], Client],
) -> None:
    answer = client_of(alice).post(f"{album.get_absolute_url()}share/", form(name))
    assert "We told them by email" in answer.content.decode()
    grant = Grant.objects.get()
    path = grant.get_absolute_url()
    browser = client_of(bob)
    assert str(photo.pk) in browser.get(path).content.decode()
    assert browser.get(album.get_absolute_url()).headers["Location"] == path
    assert path in browser.get("/me/sharing/").content.decode()
    for other in (Client(), client_of(charlie)):
        assert other.get(path).status_code == 404
        assert other.get(album.get_absolute_url()).status_code == 404
    grant.refresh_from_db()
    assert (grant.uses, grant.places) == (1, 1)
    actions.end(None, grant)
    assert browser.get(path).status_code == 410
    assert browser.get(album.get_absolute_url()).status_code == 404
    assert path not in browser.get("/me/sharing/").content.decode()


def test_address__is_held_once_it_is_confirmed(
    album: Album, photo: Photo, alice: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    known = browser.post(f"{album.get_absolute_url()}share/", form("alice-2@example.org"))
    dora = User.objects.create_user("dora", "", PASSWORD)
    path = Grant.objects.get().get_absolute_url()
    assert client_of(dora).get(path).status_code == 404
    dora.email = "alice-2@example.org"
    dora.save()
    assert str(photo.pk) in client_of(dora).get(path).content.decode()
    assert "dora" not in known.content.decode()
    # An address is not looked up, so the page tells no one that it has an account.
    assert "dora" not in browser.get(f"{album.get_absolute_url()}share/").content.decode()


def test_mail__has_no_words_that_no_moderator_read(
    album: Album, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    client_of(alice).post(f"{album.get_absolute_url()}share/", form("bob@example.org"))
    emails.send_queued()
    (sent,) = mail.outbox
    assert sent.to == ["bob@example.org"]
    assert sent.subject == "alice shared an album with you"
    assert Grant.objects.get().get_absolute_url() in sent.body
    assert "Summer in Lund" not in sent.body
    assert "Grandma" not in sent.body


@pytest.mark.parametrize(
    ("mode", "may_invite", "name", "says"),
    [
        ("open", False, "new@example.org", "/sign-up/\n"),
        ("invitation", True, "new@example.org", "/sign-up/"),
        # The owner doesn't learn from *Invitations* that this address has an account.
        ("invitation", True, "bob@example.org", "/sign-up/"),
        ("invitation", True, "bob", ""),
        ("invitation", False, "new@example.org", ""),
        ("closed", True, "new@example.org", ""),
    ],
)
def test_mail__says_where_to_create_an_account(
    mode: str,
    may_invite: bool,
    name: str,
    says: str,
    album: Album,
    alice: User,
    bob: User,
    client_of: Callable[[User], Client],
    settings: SettingsWrapper,
) -> None:
    settings.SIGN_UP = mode
    if may_invite:
        alice.user_permissions.add(Permission.objects.get(codename="add_invitation"))
    client_of(alice).post(f"{album.get_absolute_url()}share/", form(name))
    emails.send_queued()
    (sent,) = mail.outbox
    assert (says in sent.body) if says else ("/sign-up/" not in sent.body)
    is_invited = mode == "invitation" and bool(says)
    assert [each.note for each in Invitation.objects.all()] == [name] * is_invited
    if is_invited:
        path = sent.body.split("/sign-up/")[1].split()[0]
        assert Client().get(f"/sign-up/{path}").status_code == 200


@pytest.mark.parametrize(
    ("mode", "may_invite", "says"),
    [
        ("open", False, ""),
        ("invitation", True, "invites its owner to create an account"),
        ("invitation", False, "Someone without one can open a link"),
        ("closed", True, "Someone without one can open a link"),
    ],
)
def test_page__says_who_can_have_an_account(
    mode: str,
    may_invite: bool,
    says: str,
    album: Album,
    alice: User,
    client_of: Callable[[User], Client],
    settings: SettingsWrapper,
) -> None:
    settings.SIGN_UP = mode
    if may_invite:
        alice.user_permissions.add(Permission.objects.get(codename="add_invitation"))
    page = client_of(alice).get(f"{album.get_absolute_url()}share/").content.decode()
    words = ["invites its owner to create an account", "Someone without one can open a link"]
    assert [each for each in words if each in page] == [says] * bool(says)


def test_mail__is_limited_and_the_album_is_shared_all_the_same(
    album: Album, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    for _ in range(6):
        answer = browser.post(f"{album.get_absolute_url()}share/", form("bob@example.org"))
        actions.end_all(None, alice)
    assert "tell them yourself" in answer.content.decode()
    assert Grant.objects.count() == 6
    assert QueuedEmail.objects.count() + len(mail.outbox) == 5


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no-such-one", reasons.NO_SUCH_PERSON),
        ("gone", reasons.NO_SUCH_PERSON),
        ("alice", reasons.SHARE_WITH_SELF),
        ("alice@example.org", reasons.SHARE_WITH_SELF),
        ("bob", reasons.SHARED_ALREADY),
        ("erik@example.org", reasons.SHARED_ALREADY),
    ],
)
def test_share_with__says_why_not(
    name: str, reason: reasons.Reason, album: Album, alice: User, bob: User, rf: Any
) -> None:
    User.objects.create_user("gone", "", PASSWORD, is_active=False)
    request = rf.post("/")
    for there in ("bob", "erik@example.org"):
        actions.share_with(request, album, name=there, expires_at=None)
    with pytest.raises(actions.Refused) as refused:
        actions.share_with(request, album, name=name, expires_at=None)
    assert refused.value.reason is reason


def test_link__beside_people(album: Album, bob: User, rf: Any) -> None:
    actions.share_with(rf.post("/"), album, name="bob", expires_at=None)
    actions.share_with(rf.post("/"), album, name="erik@example.org", expires_at=None)
    assert actions.share_by_link(None, album, expires_at=None).token


def test_undo__ends_what_was_shared_since(alice: User, album: Album, rf: Any) -> None:
    before = actions.share_by_link(None, album, expires_at=None).grant
    Grant.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(days=1))
    event = audit.record(None, alice, AccountEvent.Kind.NEW_DEVICE)
    stolen = actions.share_by_link(None, album, expires_at=None)
    assert notices.undo(rf.post("/"), event)
    assert list(Grant.objects.filter(ended_at=None)) == [before]
    assert Client().get(f"/s/{stolen.token}/").status_code == 404


def test_share_with__an_address_that_lower_case_makes_too_long(album: Album, rf: Any) -> None:
    with pytest.raises(actions.Refused) as refused:
        actions.share_with(rf.get("/"), album, name=f"{'İ' * 200}@example.com", expires_at=None)
    assert refused.value.reason is reasons.NO_SUCH_PERSON


def test_share_with__again_once_it_expired(album: Album, bob: User, rf: Any) -> None:
    for _ in range(2):
        actions.share_with(rf.post("/"), album, name="bob", expires_at=timezone.now())
    assert Grant.objects.count() == 2


def test_public_album__leads_its_members_to_what_they_may_see(
    album: Album, photo: Photo, bob: User, client_of: Callable[[User], Client], rf: Any
) -> None:
    album.visibility = Visibility.PUBLIC
    album.save()
    grant = actions.share_with(rf.post("/"), album, name="bob", expires_at=None).grant
    assert client_of(bob).get(album.get_absolute_url()).headers["Location"] == grant.get_absolute_url()
    assert Client().get(album.get_absolute_url()).status_code == 200
    assert client_of(bob).get(f"/photos/{photo.pk}/").status_code == 404
