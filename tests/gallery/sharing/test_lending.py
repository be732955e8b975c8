"""People with an account add photos of their own to another's album. The photos stay theirs."""

from __future__ import annotations

import hashlib
import itertools
import json
from base64 import b64encode
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gallery.accounts.models import User
from gallery.accounts.signals import access_ended
from gallery.albums.actions import change_album, change_photos, delete_album
from gallery.albums.models import Album
from gallery.blocks.actions import block
from gallery.core import reasons
from gallery.photos import actions as photo_actions
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE
from gallery.photos.purge import purge_photo
from gallery.photos.states import State, Visibility
from gallery.presentation.lens import Lens
from gallery.reports.models import Report
from gallery.sharing import access, actions, lending
from gallery.sharing.models import Decision, Grant, Lent, Role
from tests.gallery.conftest import used_bytes
from tests.gallery.sharing.conftest import browser_at, page_of
from tests.gallery.stores import ready_item
from tests.pictures import flat_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from gallery.sharing.actions import Shared
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def grant(album: Album, bob: User) -> Grant:
    """Return Bob's grant, by which he can add photos to Alice's album."""
    return Grant.objects.create(album=album, person=bob, role=Role.ADD, expires_at=None)


@pytest.fixture
def photo(bob: User, make_photo: PhotoFactory) -> Photo:
    """Return a private photo of Bob."""
    return make_photo(bob, visibility=Visibility.PRIVATE, caption="Bob's boat")


@pytest.fixture
def link(share: Sharer) -> Shared:
    """Return a link that gives the album's originals."""
    return share(role=Role.DOWNLOAD)


def guest_at(link: Shared) -> Client:
    client = browser_at(link)
    client.get(page_of(link))
    return client


def sees(client: Client, path: str, photo: Photo) -> bool:
    return str(photo.pk) in client.get(path).content.decode()


def lend_page(grant: Grant, then: str = "") -> str:
    return f"{grant.get_absolute_url()}lend/{then}"


def test_lend__waits_and_is_shown_once_accepted(
    grant: Grant,
    photo: Photo,
    link: Shared,
    alice: User,
    bob: User,
    charlie: User,
    client_of: Callable[[User], Client],
) -> None:
    member, owner, guest = client_of(bob), client_of(alice), guest_at(link)
    assert lend_page(grant) in member.get(grant.get_absolute_url()).content.decode()
    assert sees(member, lend_page(grant), photo)
    answer = member.post(lend_page(grant), {"photo": [str(photo.pk)]}, follow=True)
    assert "1 photo added. It waits for the owner of the album." in answer.content.decode()
    assert not sees(member, lend_page(grant), photo)
    assert not sees(guest, page_of(link), photo)
    assert not sees(member, grant.get_absolute_url(), photo)
    album_page = owner.get(grant.album.get_absolute_url()).content.decode()
    assert "1 received photo waits for you" in album_page
    assert "added by others" not in album_page
    assert "1 received photo waits for you" in owner.get("/me/sharing/").content.decode()

    page = owner.get(f"/me/received/?album={grant.album_id}").content.decode()
    assert str(photo.pk) in page
    assert "Guests sent these" not in page
    assert photo.file_name not in page
    shown = {"act": "accept_all", "shown": [f"{grant.album_id}/{photo.pk}"]}
    assert f'value="{shown["shown"][0]}"' in page
    assert "1 photo accepted." in owner.post("/me/received/", shown, follow=True).content.decode()
    assert "1 photo added by others" in owner.get(grant.album.get_absolute_url()).content.decode()
    assert sees(owner, f"{grant.album.get_absolute_url()}added/", photo)
    for client, path in ((guest, page_of(link)), (member, grant.get_absolute_url())):
        assert sees(client, path, photo)
        assert client.get(f"{path}photos/{photo.pk}/").status_code == 200
        assert client.get(f"{path}photos/{photo.pk}/info/").status_code == 200
        assert client.get(f"{path}status/?ids={photo.pk}").json()["photos"][0]["id"] == str(photo.pk)

    # It is Bob's as before: no one else's pages, and no page of others but those of grants.
    stored = Photo.objects.get(pk=photo.pk)
    assert (stored.owner, stored.visibility, used_bytes(alice)) == (bob, Visibility.PRIVATE, 0)
    for person in (alice, charlie):
        assert client_of(person).get(photo.get_absolute_url()).status_code == 404
        assert client_of(person).post(f"{photo.get_absolute_url()}trash/").status_code == 404
    for path in (
        "/",
        "/me/photos/",
        grant.album.get_absolute_url(),
        "/search/?q=boat",
        "/me/download/items/",
    ):
        assert not sees(owner, path, photo)

    lent = member.get("/me/lent/").content.decode()
    assert "In the album" in lent
    assert grant.album.title in lent
    taken = member.post("/me/lent/", {"photo": str(photo.pk), "album": str(grant.album_id)}, follow=True)
    assert "1 photo taken back." in taken.content.decode()
    assert not sees(guest, page_of(link), photo)
    assert guest.get(f"{page_of(link)}photos/{photo.pk}/").status_code == 404
    assert Photo.objects.filter(pk=photo.pk, trashed_at=None).exists()


def accepted(grant: Grant, photo: Photo) -> Lent:
    return Lent.objects.create(photo=photo, album=grant.album, grant=grant, decision=Decision.ACCEPTED)


def test_lent__is_shown_until_its_owner_or_its_end_takes_it_out(
    grant: Grant,
    link: Shared,
    bob: User,
    admin: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    guest = guest_at(link)
    photos = [make_photo(bob, visibility=Visibility.PRIVATE) for _ in range(5)]
    for photo in photos:
        accepted(grant, photo)
    trashed, purged, taken_down, rejected, last = photos
    photo_actions.trash(trashed.pk, actor=bob)
    purge_photo(purged.pk)
    Photo.objects.filter(pk=taken_down.pk).update(taken_down_at=timezone.now())
    Photo.objects.filter(pk=rejected.pk).update(state=State.REJECTED)
    page = guest.get(page_of(link)).content.decode()
    assert [str(photo.pk) in page for photo in photos] == [False, False, False, False, True]
    # The grant's end leaves what is in the album; that its holder can take it back, too.
    actions.end(None, grant)
    assert sees(guest, page_of(link), last)
    # What the album is called from then on is not theirs to know.
    change_album(grant.album, title="Sea without Bob")
    mine = client_of(bob).get("/me/lent/").content.decode()
    assert str(last.pk) in mine
    assert "No longer shared with you" in mine
    assert "without Bob" not in mine
    assert lending.take_back(bob, [last.pk]) == 1
    accepted(grant, last)
    assert block(bob, by=admin, reason="Spam")
    assert not sees(guest, page_of(link), last)
    delete_album(grant.album)
    assert not Lent.objects.exists()
    assert Photo.objects.filter(pk=last.pk).exists()


def test_lend__is_for_those_who_hold_the_grant(
    grant: Grant,
    link: Shared,
    photo: Photo,
    alice: User,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    chosen = {"photo": [str(photo.pk)]}
    assert client_of(charlie).post(lend_page(grant), chosen).status_code == 404
    assert client_of(alice).post(lend_page(grant), chosen).headers["Location"] == grant.get_absolute_url()
    assert guest_at(link).post(page_of(link, "lend/"), chosen).status_code == 404
    others = make_photo(charlie)
    client_of(bob).post(lend_page(grant), {"photo": [str(others.pk)]})
    Grant.objects.update(role=Role.VIEW)
    assert client_of(bob).post(lend_page(grant), chosen).status_code == 404
    with pytest.raises(access.Ended):
        lending.lend(grant, bob, [photo.pk])
    Grant.objects.update(role=Role.ADD)
    for gone in (timezone.now(), timezone.now() - timedelta(days=1)):
        Grant.objects.filter(pk=grant.pk).update(expires_at=gone)
        assert client_of(bob).post(lend_page(grant), chosen).status_code == 410
    Grant.objects.filter(pk=grant.pk).update(expires_at=None)
    actions.end(None, grant)
    assert client_of(bob).post(lend_page(grant), chosen).status_code == 410
    assert client_of(bob).post(lend_page(grant, "offers/"), "{}", content_type="text/json").status_code == 410
    with pytest.raises(access.Ended):
        lending.lend(grant, bob, [photo.pk])
    assert not Lent.objects.exists()


def test_doors__of_people_and_of_guests_are_apart(grant: Grant, share: Sharer, bob: User) -> None:
    link = share(role=Role.ADD)
    for path in (page_of(link, "lend/"), f"{grant.get_absolute_url()}send/"):
        client = guest_at(link)
        client.force_login(bob)
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "Bob"}).status_code == 404


def test_lent__gives_no_file_and_no_place(
    grant: Grant, link: Shared, photo: Photo, bob: User, stores: Stores
) -> None:
    stores.put_item(ready_item(photo, location={"latitude": Decimal("55.7"), "longitude": Decimal("13.19")}))
    guest = guest_at(link)
    lent = Lent.objects.create(photo=photo, album=grant.album)
    assert "not included" not in guest.get(page_of(link, "download/")).content.decode()
    lent.delete()
    accepted(grant, photo)
    for path in ("", f"photos/{photo.pk}/", f"photos/{photo.pk}/info/"):
        page = guest.get(page_of(link, path)).content.decode()
        assert "55.7" not in page
        assert photo.file_name not in page
        assert "/original/" not in page
    assert guest.get(page_of(link, f"photos/{photo.pk}/original/")).status_code == 404
    assert not sees(guest, page_of(link, "download/"), photo)
    assert guest.get(page_of(link, "download/items/")).json()["items"] == []
    assert (
        "Photos that others added are not included." in guest.get(page_of(link, "download/")).content.decode()
    )
    for role in Role:
        lens = Lens(photo, bob, grant=Grant(album=grant.album, role=role))
        assert (lens.can_download, lens.original_type, lens.lacks_clean_copy) == (False, "", False)


def test_album__of_ones_own_is_lent_nothing(grant: Grant, alice: User, make_photo: PhotoFactory) -> None:
    # The address that it was shared with became her own later.
    Grant.objects.filter(pk=grant.pk).update(person=None, address=alice.email)
    with pytest.raises(access.Ended):
        lending.lend(grant, alice, [make_photo(alice).pk])
    assert not Lent.objects.exists()


def test_owner__decides_for_the_album_that_is_chosen(
    grant: Grant, photo: Photo, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    other = Album.objects.create(owner=alice, title="Harbor")
    for album in (grant.album, other):
        Lent.objects.create(photo=photo, album=album)
    owner = client_of(alice)
    owner.post("/me/received/", {"act": "accept", "photo": f"{other.pk}/{photo.pk}"})
    assert dict(Lent.objects.values_list("album", "decision"))[grant.album_id] == Decision.WAITING
    owner.post("/me/received/", {"act": "decline", "photo": f"{grant.album_id}/{photo.pk}"})
    decisions = dict(Lent.objects.values_list("album", "decision"))
    assert decisions == {grant.album_id: Decision.DECLINED, other.pk: Decision.ACCEPTED}


def test_lent__is_reported_to_moderators_by_all_but_its_owner(
    grant: Grant, photo: Photo, link: Shared, alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    lent = accepted(grant, photo)
    there = f"photos/{photo.pk}/"
    why = {"reason": "person", "words": ""}
    assert client_of(bob).post(f"{grant.get_absolute_url()}{there}report/", why).status_code == 404
    assert "report/" not in client_of(bob).get(f"{grant.get_absolute_url()}{there}").content.decode()
    for person in (guest_at(link), client_of(alice)):
        assert page_of(link, f"{there}report/") in person.get(page_of(link, there)).content.decode()
        assert person.post(page_of(link, f"{there}report/"), why).status_code == 302
    assert Report.objects.open().filter(photo=photo).count() == 2
    # No share shows it any longer.
    lending.take_out(grant.album, [lent.photo_id])
    assert not Report.objects.open().exists()


def test_owner__takes_out_and_declines_for_good(
    grant: Grant,
    photo: Photo,
    alice: User,
    bob: User,
    charlie: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    other = make_photo(bob)
    owner = client_of(alice)
    assert lending.lend(grant, bob, [photo.pk, other.pk]) == 2
    assert lending.accept(charlie, [photo.pk]) == []
    assert lending.accept(bob, [photo.pk]) == []
    album = grant.album_id
    # By the page, too, only the owner decides.
    client_of(charlie).post("/me/received/", {"act": "accept", "photo": f"{album}/{photo.pk}"})
    assert not Lent.objects.exclude(decision=Decision.WAITING).exists()
    owner.post("/me/received/", {"act": "decline", "photo": f"{album}/{other.pk}"})
    owner.post("/me/received/", {"act": "accept", "photo": [f"{album}/{photo.pk}", f"{album}/{other.pk}"]})
    decisions = dict(Lent.objects.values_list("photo_id", "decision"))
    assert decisions == {photo.pk: Decision.ACCEPTED, other.pk: Decision.DECLINED}
    # Who declines takes nothing out of an album: an open page may be old.
    owner.post("/me/received/", {"act": "decline", "photo": f"{album}/{photo.pk}"})
    path = f"{grant.album.get_absolute_url()}added/"
    assert sees(owner, path, photo)
    assert client_of(bob).get(path).status_code == 404
    assert client_of(bob).post(path, {"photo": str(photo.pk)}).status_code == 404
    answer = owner.post(path, {"photo": str(photo.pk)}, follow=True)
    assert "1 photo taken out of the album." in answer.content.decode()
    assert Photo.objects.filter(owner=bob, trashed_at=None).count() == 2
    # Neither comes again, and both stay Bob's.
    assert lending.lend(grant, bob, [photo.pk, other.pk]) == 0
    assert lending.take_back(bob, [photo.pk, other.pk]) == 0
    assert lending.take_back(alice, [photo.pk]) == 0
    assert "Not in the album" in client_of(bob).get("/me/lent/").content.decode()


def test_lend__has_a_limit(
    grant: Grant, bob: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "MOST_LENT", 2)
    photos = [make_photo(bob) for _ in range(3)]
    lending.lend(grant, bob, [photos[0].pk, photos[0].pk])
    with pytest.raises(actions.Refused) as refused:
        lending.lend(grant, bob, [photo.pk for photo in photos])
    assert refused.value.reason is reasons.TOO_MANY_LENT
    assert Lent.objects.count() == 1


def test_lend__by_upload(
    grant: Grant,
    alice: User,
    bob: User,
    client_of: Callable[[User], Client],
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    member = client_of(bob)
    file: dict[str, Any] = {
        "upload_id": str(uuid4()),
        "name": "boat.jpg",
        "size_bytes": 1000,
        "content_type": "image/jpeg",
        "sha256": b64encode(hashlib.sha256(b"boat").digest()).decode(),
    }
    body = json.dumps({"uploads": [file], "visibility": "public"})
    result = member.post(lend_page(grant, "offers/"), body, content_type="application/json").json()
    assert result["results"][0]["outcome"] == "offered"
    answer = member.post(
        lend_page(grant),
        {
            "file": [
                SimpleUploadedFile("sea.jpg", flat_jpeg(), "image/jpeg"),
                SimpleUploadedFile("a.jpg", b"no"),
            ]
        },
    )
    assert answer.status_code == 422
    assert "<b>a.jpg</b>" in answer.content.decode()
    photos = Photo.objects.filter(owner=bob)
    assert [(photo.visibility, photo.is_received) for photo in photos] == [(Visibility.PRIVATE, False)] * 2
    assert Lent.objects.filter(photo__in=photos, decision=Decision.WAITING).count() == 2
    # What is not read yet can't be decided about.
    assert lending.accept(alice, [photo.pk for photo in photos]) == []
    # Who declined a photo isn't asked again, and what is said of it is true.
    Lent.objects.update(decision=Decision.DECLINED)
    again = {"file": [SimpleUploadedFile("sea.jpg", flat_jpeg(), "image/jpeg")]}
    assert "Nothing new was added." in member.post(lend_page(grant), again, follow=True).content.decode()
    # Nothing is offered that can't be lent.
    monkeypatch.setattr(lending, "MOST_LENT", 2)
    more = file | {"upload_id": str(uuid4()), "sha256": b64encode(hashlib.sha256(b"sail").digest()).decode()}
    body = json.dumps({"uploads": [more]})
    refused = member.post(lend_page(grant, "offers/"), body, content_type="application/json")
    assert (refused.status_code, refused.json()["reason"]) == (422, "too_many_lent")
    assert Photo.objects.filter(owner=bob).count() == 2


@pytest.mark.parametrize("order", ["added", "taken", "hand"])
def test_album__shows_what_is_lent_behind_its_own(
    order: str, grant: Grant, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    own = [make_photo(alice) for _ in range(3)]
    change_photos(grant.album, add=[photo.pk for photo in own], remove=())
    change_album(grant.album, order=order)
    grant.album.refresh_from_db()
    lent = [make_photo(bob) for _ in range(PAGE_SIZE)]
    for photo in lent:
        accepted(grant, photo)
    accepted(Grant.objects.create(album=Album.objects.create(owner=alice, title="B"), person=bob), lent[0])
    shown = Photo.objects.shown_by_grants()
    first = lending.page_of(shown, grant.album, "")
    second = lending.page_of(shown, grant.album, first.next_cursor)
    found = [photo.pk for photo in [*first.photos, *second.photos]]
    assert (len(first.photos), len(second.photos), second.next_cursor) == (PAGE_SIZE, 3, "")
    assert set(found[:3]) == {photo.pk for photo in own}
    assert found[3:] == [photo.pk for photo in reversed(lent)]
    # One leads to the next, and back.
    for before, after in itertools.pairwise(found[:7]):
        assert lending.neighbors(shown, grant.album, Photo.objects.get(pk=before))[1] == Photo(pk=after)
        assert lending.neighbors(shown, grant.album, Photo.objects.get(pk=after))[0] == Photo(pk=before)
    assert lending.neighbors(shown, grant.album, Photo.objects.get(pk=found[-1]))[1] is None
    for cursor in ("lent.", "lent.x", f"lent.{10**30}"):
        assert next(iter(lending.page_of(shown, grant.album, cursor).photos)) == lent[-1]


def test_album__that_ends_with_a_page_leads_on_to_what_is_lent(
    grant: Grant, alice: User, bob: User, photo: Photo, make_photo: PhotoFactory
) -> None:
    own = [make_photo(alice) for _ in range(PAGE_SIZE)]
    change_photos(grant.album, add=[one.pk for one in own], remove=())
    shown = Photo.objects.shown_by_grants()
    assert lending.page_of(shown, grant.album, "").next_cursor == ""
    accepted(grant, photo)
    first = lending.page_of(shown, grant.album, "")
    assert len(first.photos) == PAGE_SIZE
    assert lending.page_of(shown, grant.album, first.next_cursor).photos == [photo]


def test_pages__cost_the_same_for_many(
    grant: Grant,
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(12):
        accepted(grant, make_photo(bob))
        Lent.objects.create(photo=make_photo(bob), album=grant.album, grant=grant)
    for person, path, most in (
        (bob, grant.get_absolute_url(), 8),
        (bob, lend_page(grant), 8),
        (bob, "/me/lent/", 6),
        (alice, "/me/received/", 8),
        (alice, f"{grant.album.get_absolute_url()}added/", 8),
    ):
        client = client_of(person)
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_access_ended__takes_back_what_an_intruder_lent(grant: Grant, photo: Photo, bob: User) -> None:
    lent = Lent.objects.create(photo=photo, album=grant.album)
    access_ended.send(User, user=bob, since=timezone.now() + timedelta(hours=1))
    assert Lent.objects.filter(pk=lent.pk).exists()
    access_ended.send(User, user=bob, since=timezone.now() - timedelta(hours=1))
    assert not Lent.objects.exists()


def test_blocked__lends_nothing(grant: Grant, photo: Photo, bob: User, admin: User) -> None:
    assert block(bob, by=admin, reason="Spam")
    with pytest.raises(actions.Refused) as refused:
        lending.lend(grant, bob, [photo.pk])
    assert refused.value.reason is reasons.ACCOUNT_BLOCKED
    assert not Lent.objects.exists()


def test_taken_back__of_no_album_that_is_none(
    grant: Grant, photo: Photo, bob: User, client_of: Callable[[User], Client]
) -> None:
    lending.lend(grant, bob, [photo.pk])
    assert client_of(bob).post("/me/lent/", {"photo": str(photo.pk), "album": "x"}).status_code == 404
    assert Lent.objects.count() == 1
