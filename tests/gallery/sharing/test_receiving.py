"""Guests send photos by a link. They wait for the owner, unseen, until they are accepted or declined."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from gallery.albums.actions import delete_album
from gallery.albums.models import Album, AlbumEntry
from gallery.batches.trash import contents_of
from gallery.core import reasons
from gallery.photos import actions as photo_actions
from gallery.photos.models import DeletionRecord, HistoryEntry, MonthCount, Photo
from gallery.photos.querysets import IN_THE_TRASH
from gallery.photos.states import NEVER_ARRIVED, State, Visibility
from gallery.processing import matters
from gallery.processing.settle import settle
from gallery.processing.sweep import sweep
from gallery.sharing import actions, receiving
from gallery.sharing.models import Contribution, Grant, Role
from gallery.web import sending
from tests.gallery.conftest import used_bytes
from tests.gallery.sharing.conftest import browser_at, page_of
from tests.gallery.stores import ready_item
from tests.pictures import flat_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from gallery.sharing.actions import Shared
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

JSON = {"accept": "application/json"}
MOST_QUERIES_OF_OFFERS = 24


@pytest.fixture
def link(share: Sharer) -> Shared:
    """Return a link that takes photos."""
    return share(role=Role.ADD, label="Wedding")


def guest_at(link: Shared, name: str = "Aunt Vera") -> Client:
    """Return a browser that came by the link and said who it is."""
    client = browser_at(link)
    client.get(page_of(link))
    assert client.post(page_of(link, "send/"), {"name": name}).status_code == 302
    return client


def file_of(content: str, **changes: Any) -> dict[str, Any]:
    return {
        "upload_id": str(uuid4()),
        "name": f"{content}.jpg",
        "size_bytes": 1000,
        "content_type": "image/jpeg",
        "sha256": b64encode(hashlib.sha256(content.encode()).digest()).decode(),
    } | changes


def send(client: Client, link: Shared, *files: dict[str, Any]) -> HttpResponse:
    path = page_of(link, "send/offers/")
    body = json.dumps({"uploads": files})
    return client.post(path, body, content_type="application/json", headers=JSON)


def results(answer: HttpResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = json.loads(answer.content)["results"]
    return found


def sent(client: Client, link: Shared, *contents: str) -> list[Photo]:
    """Return photos of these contents that were sent and read."""
    ids = [UUID(result["photo_id"]) for result in results(send(client, link, *map(file_of, contents)))]
    Photo.objects.filter(pk__in=ids).update(state=State.PENDING, processed_at=timezone.now(), format="JPEG")
    return [Photo.objects.get(pk=pk) for pk in ids]


def decide(client: Client, act: str, *photos: Photo) -> HttpResponse:
    name = "shown" if act == "accept_all" else "photo"
    return client.post("/me/received/", {"act": act, name: [str(photo.pk) for photo in photos]})


def test_send__asks_for_a_name_and_no_account(link: Shared, alice: User) -> None:
    client = browser_at(link)
    page = client.get(page_of(link))
    assert page_of(link, "send/") in page.content.decode()
    asked = client.get(page_of(link, "send/"))
    assert "Your name" in asked.content.decode()
    assert "data-offers-url" not in asked.content.decode()
    assert asked.headers["Referrer-Policy"] == "same-origin"
    assert asked.headers["X-Robots-Tag"] == "noindex, nofollow"
    refused = send(client, link, file_of("a"))
    assert json.loads(refused.content)["reason"] == reasons.SENDER_MISSING.code
    for bad in ("", " \u200b", "x" * 61):
        assert client.post(page_of(link, "send/"), {"name": bad}).status_code == 422
    assert client.post(page_of(link, "send/"), {"name": " Aunt Vera "}).status_code == 302
    shown = client.get(page_of(link, "send/")).content.decode()
    assert "Aunt Vera" in shown
    assert f'data-offers-url="{page_of(link, "send/offers/")}"' in shown
    assert not Photo.objects.exists()


def test_send__photos_are_the_owners_and_wait_unseen(
    link: Shared, album: Album, alice: User, client_of: Callable[[User], Client], empty_aws: None
) -> None:
    guest = guest_at(link)
    [photo] = sent(guest, link, "a")
    assert (photo.owner, photo.visibility, photo.is_received) == (alice, Visibility.PRIVATE, True)
    assert used_bytes(alice) == 1000
    note = Contribution.objects.get()
    assert (note.photo, note.name, note.grant, note.album) == (photo, "Aunt Vera", link.grant, album)
    owner = client_of(alice)
    for path in (
        *("/me/photos/", "/me/trash/", "/me/photos/failed/", "/me/archive/", "/me/duplicates/"),
        *(f"/albums/{album.pk}/", "/search/?q=a.jpg", f"/photos/status/?ids={photo.pk}"),
        *("/", "/people/alice/", page_of(link), f"/me/download/items/?album={album.pk}"),
    ):
        for browser in (owner, guest):
            assert str(photo.pk) not in browser.get(path, headers=JSON).content.decode(), path
    assert owner.get(f"/photos/{photo.pk}/").status_code == 404
    assert guest.get(page_of(link, f"photos/{photo.pk}/")).status_code == 404
    assert contents_of(alice).photos == 0
    assert not MonthCount.objects.filter(photos__gt=0).exists()
    # Neither the trash's actions nor its end reach it.
    Photo.objects.filter(pk=photo.pk).update(trashed_at=timezone.now() - timedelta(days=90))
    assert photo_actions.restore(photo.pk, actor=alice) is photo_actions.Outcome.NOT_IN_TRASH
    assert photo_actions.purge(photo.pk, only_from_trash=True) is photo_actions.Outcome.NOT_IN_TRASH
    assert not Photo.objects.filter(matters.old_trash(timezone.now())).exists()


def test_page__shows_the_owner_what_waits(
    link: Shared, album: Album, alice: User, bob: User, client_of: Callable[[User], Client], stores: Stores
) -> None:
    photos = sent(guest_at(link), link, "a", "b")
    unread, on_its_way = sent(guest_at(link, "Uncle Ben"), link, "c", "d")
    Photo.objects.filter(pk=unread.pk).update(state=State.FAILED, reason="not_an_image")
    Photo.objects.filter(pk=on_its_way.pk).update(state=State.AWAITING)
    for photo in photos:
        stores.put_item(ready_item(photo))
    owner = client_of(alice)
    for path in (f"/albums/{album.pk}/", "/me/sharing/"):
        assert "2 received photos wait for you" in owner.get(path).content.decode()
    text = owner.get(f"/me/received/?album={album.pk}").content.decode()
    assert text.count('name="shown"') == 2
    for said in ("Aunt Vera", "Uncle Ben", "Wedding", "Accept all 2", "c.jpg", "1 more is being uploaded"):
        assert said in text
    assert "No photos wait." in client_of(bob).get("/me/received/").content.decode()
    assert client_of(bob).get(f"/me/received/?album={album.pk}").status_code == 404
    assert owner.get("/me/received/?album=x").status_code == 404


def html_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_accept__brings_photos_into_the_album(
    link: Shared, album: Album, alice: User, bob: User, client_of: Callable[[User], Client], stores: Stores
) -> None:
    guest = guest_at(link)
    first, second, third = sent(guest, link, "a", "b", "c")
    for photo in (first, second, third):
        stores.put_item(ready_item(photo))
    text = guest.get(page_of(link, "send/")).content.decode()
    assert all(f"320/{photo.pk}" in text for photo in (first, second, third))
    owner = client_of(alice)
    assert decide(owner, "accept_all", first, second).status_code == 302
    assert {entry.photo_id for entry in AlbumEntry.objects.filter(album=album)} == {first.pk, second.pk}
    mine = Photo.objects.timeline_of(alice)
    assert set(mine.values_list("pk", "visibility", "state")) == {
        (photo.pk, Visibility.PRIVATE, State.PENDING) for photo in (first, second)
    }
    assert sum(MonthCount.objects.values_list("photos", flat=True)) == 2
    entry = HistoryEntry.objects.get(photo=first)
    assert (entry.move, entry.actor) == ("accepted", alice)
    assert decide(owner, "decline", third).status_code == 302
    assert str(third.pk) in owner.get("/me/trash/").content.decode()
    # Decided once: nothing of it can be decided or taken back again.
    assert receiving.accept(alice, [first.pk, third.pk]).accepted == []
    assert receiving.decline(alice, [first.pk]).declined == []
    guest.post(page_of(link, "send/take-back/"), {"photo": [str(first.pk), str(third.pk)]})
    assert Photo.objects.count() == 3
    # The guest is told, and gets no more pictures.
    text = guest.get(page_of(link, "send/")).content.decode()
    assert text.count("In the album") == 2
    assert text.count("Not added to the album") == 1
    assert "320/" not in text
    # Its owner is told who sent it, and no one else. It goes with the photo.
    for path in (f"/photos/{first.pk}/", f"/photos/{first.pk}/info/"):
        assert "Aunt Vera" in html_of(owner, path)
    assert "Aunt Vera" not in html_of(guest, page_of(link, f"photos/{first.pk}/"))
    Photo.objects.filter(pk=first.pk).update(visibility=Visibility.PUBLIC, state=State.APPROVED)
    assert "Aunt Vera" not in html_of(client_of(bob), f"/photos/{first.pk}/")
    photo_actions.purge(first.pk, only_from_trash=False)
    assert not Contribution.objects.filter(photo=first.pk).exists()


def test_accept__takes_only_what_is_ones_own_and_can_be_shown(
    link: Shared, alice: User, bob: User, make_photo: PhotoFactory, empty_aws: None
) -> None:
    photo, unread = sent(guest_at(link), link, "a", "b")
    Photo.objects.filter(pk=unread.pk).update(state=State.FAILED, reason="not_an_image")
    trashed = make_photo(alice, trashed_at=timezone.now())
    for act in (receiving.accept, receiving.decline):
        done = act(bob, [photo.pk])
        assert (done.accepted, done.declined) == ([], [])
    done = receiving.accept(alice, [photo.pk, unread.pk, trashed.pk])
    assert done.accepted == [photo.pk]
    assert receiving.decline(alice, [unread.pk, trashed.pk]).declined == [unread.pk]


def test_accept__of_a_file_that_the_owner_has_shows_that_one(
    link: Shared, album: Album, alice: User, make_photo: PhotoFactory, empty_aws: None
) -> None:
    had = make_photo(alice, sha256=hashlib.sha256(b"a").hexdigest())
    guest = guest_at(link)
    # The guest does not learn that the owner has it.
    assert [one["outcome"] for one in results(send(guest, link, file_of("a")))] == ["offered"]
    received = Photo.objects.get(is_received=True)
    Photo.objects.filter(pk=received.pk).update(state=State.PENDING)
    done = receiving.accept(alice, [received.pk])
    assert (done.accepted, done.had) == ([], [received.pk])
    assert [entry.photo_id for entry in AlbumEntry.objects.filter(album=album)] == [had.pk]
    received.refresh_from_db()
    assert received.trashed_at
    assert not received.is_received


def test_send__again_is_known_to_the_same_guest_alone(link: Shared, empty_aws: None) -> None:
    guest, other = guest_at(link), guest_at(link)
    wanted = file_of("a")
    [first] = results(send(guest, link, wanted))
    [again] = results(send(guest, link, wanted))
    assert (again["outcome"], again["photo_id"]) == ("offered", first["photo_id"])
    Photo.objects.update(state=State.PENDING)
    [known] = results(send(guest, link, file_of("a")))
    assert known["outcome"] == "already_there"
    assert known["page_url"] == ""
    assert "You sent" in known["sentence"]
    assert results(send(other, link, file_of("a")))[0]["outcome"] == "offered"
    assert Contribution.objects.count() == 2


def test_send__is_bounded_by_link_quota_and_speed(
    link: Shared, alice: User, monkeypatch: pytest.MonkeyPatch, empty_aws: None
) -> None:
    monkeypatch.setattr(receiving, "MOST_PHOTOS", 2)
    monkeypatch.setattr(receiving, "MOST_BYTES", 3500)
    guest = guest_at(link)
    answers = results(
        send(guest, link, file_of("a"), file_of("b", size_bytes=3000), file_of("c"), file_of("d"))
    )
    assert [one["outcome"] for one in answers] == ["offered", "refused", "offered", "refused"]
    assert answers[1]["reason"] == reasons.LINK_IS_FULL.code
    # What is taken back makes room.
    guest.post(page_of(link, "send/take-back/"), {"photo": [answers[0]["photo_id"]]})
    assert [one["outcome"] for one in results(send(guest, link, file_of("d")))] == ["offered"]
    monkeypatch.setattr(receiving, "MOST_PHOTOS", 200)
    monkeypatch.setattr(receiving, "MOST_BYTES", 10**12)
    type(alice).objects.filter(pk=alice.pk).update(quota_bytes=3000)
    assert results(send(guest, link, file_of("e")))[0]["reason"] == reasons.NO_ROOM_FOR_GUESTS.code
    for _ in range(9):
        last = send(guest, link, *(file_of(f"f{number}") for number in range(50)))
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0


def test_send__leaves_the_owner_room_to_upload(
    link: Shared, alice: User, client_of: Callable[[User], Client], empty_aws: None
) -> None:
    guest = guest_at(link)
    asked = [file_of(f"{number}") for number in range(200)]
    answers = [one for at in range(0, 200, 50) for one in results(send(guest, link, *asked[at : at + 50]))]
    refused = [one["reason"] for one in answers if one["outcome"] == "refused"]
    assert refused == [reasons.TOO_MANY_OUTSTANDING.code] * 50
    body = json.dumps({"uploads": [file_of(f"own {number}") for number in range(50)]})
    mine = client_of(alice).post("/uploads/offers/", body, content_type="application/json", headers=JSON)
    assert {one["outcome"] for one in results(mine)} == {"offered"}


def test_send__what_never_arrived_makes_room(
    link: Shared, monkeypatch: pytest.MonkeyPatch, empty_aws: None
) -> None:
    monkeypatch.setattr(receiving, "MOST_PHOTOS", 2)
    guest = guest_at(link)
    results(send(guest, link, file_of("a"), file_of("b")))
    Photo.objects.update(state=State.FAILED, reason=NEVER_ARRIVED, offered_until=timezone.now())
    answers = results(send(guest, link, file_of("c"), file_of("a"), file_of("b")))
    # Two of them after all: they count once more.
    assert [one["outcome"] for one in answers] == ["offered", "offered", "refused"]
    assert answers[2]["reason"] == reasons.LINK_IS_FULL.code


def test_page__shows_what_can_be_decided_before_what_only_was_asked_for(
    link: Shared,
    alice: User,
    client_of: Callable[[User], Client],
    stores: Stores,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guest = guest_at(link)
    results(send(guest, link, *(file_of(f"{number}") for number in range(3))))
    unread, photo = sent(guest, link, "unread", "a")
    Photo.objects.filter(pk=unread.pk).update(state=State.FAILED, reason="not_an_image")
    stores.put_item(ready_item(photo))
    monkeypatch.setattr(receiving, "MOST_AT_ONCE", 1)
    text = html_of(client_of(alice), "/me/received/")
    assert f'name="shown" value="{photo.pk}"' in text
    found = receiving.waiting_for(alice).values_list("pk", flat=True)[:2]
    assert list(found) == [photo.pk, unread.pk]


def test_take_back__deletes_what_the_guest_sent(
    link: Shared, share: Sharer, alice: User, empty_aws: None
) -> None:
    guest, other = guest_at(link), guest_at(link)
    [photo] = sent(guest, link, "a")
    elsewhere = share(role=Role.ADD)
    for browser, where in ((other, link), (guest_at(elsewhere), elsewhere)):
        browser.post(page_of(where, "send/take-back/"), {"photo": [str(photo.pk)]})
        assert Photo.objects.filter(pk=photo.pk).exists()
        answer = browser.get(page_of(where, f"send/status/?ids={photo.pk}"))
        assert answer.json() == {"photos": []}
    assert guest.get(page_of(link, f"send/status/?ids={photo.pk}")).json()["photos"][0]["id"] == str(photo.pk)
    guest.post(page_of(link, "send/take-back/"), {"photo": [str(photo.pk)]})
    assert not Photo.objects.exists()
    assert DeletionRecord.objects.filter(photo_id=photo.pk).exists()


def test_send__page_goes_on_with_what_was_sent_earlier(
    link: Shared, empty_aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    guest = guest_at(link)
    first = page_of(link, "send/")
    sent(guest, link, "a", "b")
    assert "cursor" not in guest.get(first).text
    sent(guest, link, "c")
    seen: list[str] = []
    page = guest.get(first)
    seen += [tile.name for tile in page.context["tiles"]]
    cursor = page.context["next_cursor"]
    earlier = f"{first}?cursor={cursor}"
    assert f'href="?cursor={cursor}"' in page.text
    page = guest.get(earlier)
    seen += [tile.name for tile in page.context["tiles"]]
    assert sorted(seen) == ["a.jpg", "b.jpg", "c.jpg"]
    assert "Earlier photos" not in page.text
    assert f'href="{first}"' in page.text
    # Who takes back the last one of the page stays there, and finds the way back.
    [tile] = page.context["tiles"]
    path = page_of(link, "send/take-back/")
    assert f'action="{path}?cursor={cursor}"' in page.text
    answer = guest.post(f"{path}?cursor={cursor}", {"photo": [str(tile.photo_id)]}, follow=True)
    assert answer.redirect_chain == [(earlier, 302)]
    assert not answer.context["tiles"]
    assert f'href="{first}"' in answer.text
    assert len(guest.get(f"{first}?cursor=x").context["tiles"]) == 2


def test_expire__moves_what_no_one_decided_about_to_the_trash(
    link: Shared, alice: User, client_of: Callable[[User], Client], stores: Stores
) -> None:
    now = timezone.now()
    guest, owner = guest_at(link), client_of(alice)
    old, unread, new = sent(guest, link, "a", "b", "c")
    Photo.objects.filter(pk=unread.pk).update(state=State.FAILED, reason="not_an_image")
    for photo, age in (
        (old, timedelta(days=60, hours=1)),
        (unread, timedelta(days=61)),
        (new, timedelta(days=59)),
    ):
        Photo.objects.filter(pk=photo.pk).update(created_at=now - age)
    # Both were told from the start.
    last = date_format(localtime(now - timedelta(days=61) + receiving.WAITING))
    waiting = owner.get("/me/received/").text
    assert "Without a decision, they go to the trash after 60 days" in waiting
    assert last in waiting
    told = guest.get(page_of(link, "send/")).text
    assert "Photos without a decision for 60 days are not added." in told
    assert f"until {date_format(localtime(now + timedelta(days=1)))} at most." in told
    used = used_bytes(alice)
    report = sweep(now)
    assert report.done["received"] == 2
    assert receiving.waiting_for(alice).get() == new
    assert {photo.pk for photo in Photo.objects.filter(IN_THE_TRASH)} == {old.pk, unread.pk}
    assert str(old.pk) in owner.get("/me/trash/").text
    assert used_bytes(alice) == used
    [entry] = HistoryEntry.objects.filter(photo=old, move="declined")
    assert entry.actor is None
    assert "Not added to the album" in guest.get(page_of(link, "send/")).text
    receiving.accept(alice, [new.pk])
    # They stay in the trash as long as all others, and the owner can still have them.
    assert sweep(now + timedelta(days=29)).purged == 0
    assert photo_actions.restore(old.pk, actor=alice) is photo_actions.Outcome.DONE
    assert sweep(now + timedelta(days=31)).purged == 1
    assert set(Photo.objects.filter(trashed_at=None)) == {old, new}


def test_expire__not_what_was_accepted(link: Shared, alice: User, stores: Stores) -> None:
    [photo] = sent(guest_at(link), link, "a")
    receiving.accept(alice, [photo.pk])
    assert not receiving.expire(photo.pk)
    sweep(timezone.now() + timedelta(days=90))
    assert Photo.objects.get().trashed_at is None


def test_end__keeps_what_was_sent_for_the_owner(
    link: Shared, album: Album, alice: User, client_of: Callable[[User], Client], empty_aws: None
) -> None:
    guest = guest_at(link)
    photo, other = sent(guest, link, "a", "b")
    actions.end(None, link.grant)
    for answer in (
        guest.get(page_of(link, "send/")),
        guest.get(page_of(link, f"send/status/?ids={photo.pk}")),
        guest.post(page_of(link, "send/take-back/"), {"photo": [str(photo.pk)]}),
        guest.post(page_of(link, "send/"), {"name": "Other"}),
        send(guest, link, file_of("c")),
    ):
        assert answer.status_code == 410
    assert json.loads(answer.content)["sentence"] == reasons.NO_LONGER_SHARED.sentence
    assert Photo.objects.count() == 2
    assert receiving.accept(alice, [photo.pk]).accepted == [photo.pk]
    # Also when the album is gone: then they come to the owner's photos.
    delete_album(album)
    assert "Its album was deleted" in client_of(alice).get("/me/received/").content.decode()
    assert receiving.accept(alice, [other.pk]).accepted == [other.pk]
    assert Photo.objects.timeline_of(alice).count() == 2


@pytest.mark.parametrize("role", [Role.VIEW, Role.DOWNLOAD])
def test_send__needs_its_role(role: Role, share: Sharer) -> None:
    shared = share(role=role)
    client = browser_at(shared)
    page = client.get(page_of(shared))
    assert "send/" not in page.content.decode()
    for then in ("send/", "send/status/"):
        assert client.get(page_of(shared, then)).status_code == 404
    assert client.post(page_of(shared, "send/"), {"name": "Vera"}).status_code == 404
    assert send(client, shared, file_of("a")).status_code == 404


def test_send__is_not_for_the_owner(link: Shared, alice: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(alice).get(page_of(link, "send/")).headers["Location"] == page_of(link)


def test_send__without_javascript(link: Shared, stores: Stores) -> None:
    guest = guest_at(link)
    picture = SimpleUploadedFile("sea.jpg", flat_jpeg(), "image/jpeg")
    notes = SimpleUploadedFile("notes.jpg", b"no picture", "image/jpeg")
    answer = guest.post(page_of(link, "send/"), {"file": [picture, notes]})
    assert answer.status_code == 422
    assert "notes.jpg" in answer.content.decode()
    [photo] = Photo.objects.all()
    assert (photo.file_name, photo.is_received) == ("sea.jpg", True)
    assert stores.s3.head_object(Bucket=stores.aws.outputs.originals_bucket, Key=f"originals/{photo.pk}")
    text = guest.get(page_of(link, "send/")).content.decode()
    assert "Take back sea.jpg" in text


def test_take_down__leaves_nothing_to_decide(link: Shared, admin: User, empty_aws: None) -> None:
    [photo] = sent(guest_at(link), link, "a")
    assert photo_actions.take_down(photo.pk, actor=admin, reason="Not theirs").is_done
    photo.refresh_from_db()
    assert not photo.is_received
    assert not receiving.waiting_for(photo.owner).exists()


def test_settle__trusts_no_guest(link: Shared, trusted: User, stores: Stores) -> None:
    Album.objects.update(owner=trusted)
    link.grant.refresh_from_db()
    [result] = results(send(guest_at(link), link, file_of("a")))
    photo = Photo.objects.get(pk=result["photo_id"])
    assert photo.owner == trusted
    stores.put_item(ready_item(photo))
    settle([photo.pk])
    photo.refresh_from_db()
    assert photo.state == State.PENDING


def test_download__goes_with_the_role(
    link: Shared, album: Album, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice)
    album.photos.add(photo)
    client = browser_at(link)
    client.get(page_of(link))
    assert client.get(page_of(link, f"photos/{photo.pk}/original/")).status_code == 302
    assert Grant.objects.get().allows_download


def test_pages__cost_the_same_for_any_number_of_photos(
    link: Shared,
    alice: User,
    client_of: Callable[[User], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
    empty_aws: None,
) -> None:
    guest, owner = guest_at(link), client_of(alice)
    owner.get("/me/received/")
    for number in range(2):
        sent(guest, link, *(f"{number}-{each}" for each in range(20)))
        # Grant twice, album and owner with it, and the photos.
        with django_assert_max_num_queries(3):
            guest.get(page_of(link, "send/"))
        # Session, person, the photos, and those that are lent.
        with django_assert_max_num_queries(4):
            owner.get("/me/received/")
    for count in (1, 20):
        fresh = [file_of(f"{count}-new-{each}") for each in range(count)]
        with django_assert_max_num_queries(MOST_QUERIES_OF_OFFERS):
            assert len(results(send(guest, link, *fresh))) == count
