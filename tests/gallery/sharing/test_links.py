"""A link opens its album until it ends, and nothing else."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from gallery.accounts.models import AccountEvent, User
from gallery.blocks.models import Block
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.sharing import access, actions
from gallery.sharing.models import Grant, Place, Role
from tests.gallery.sharing.conftest import browser_at, page_of
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from gallery.albums.models import Album
    from tests.gallery.conftest import FileFactory, JustBefore, PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("empty_aws")

JSON = {"accept": "application/json"}


def ids_on(client: Client, path: str) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    return {str(pk) for pk in Photo.objects.values_list("pk", flat=True) if str(pk) in text}


def test_link__leads_to_an_address_without_it(share: Sharer, album: Album) -> None:
    shared = share()
    assert shared.token not in str(Grant.objects.values().get())
    client = browser_at(shared)
    answer = client.get(page_of(shared))
    assert "Summer in Lund" in answer.content.decode()
    assert shared.token not in answer.content.decode()
    for name, value in {
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }.items():
        assert answer.headers[name] == value
    assert "og:" not in answer.content.decode()
    cookie = answer.cookies[access.SESSION]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (page_of(shared), True, "Lax")


def test_link__unknown_ended_and_used_up_look_alike(share: Sharer) -> None:
    gone, expired, used_up = share(), share(expires_at=timezone.now()), share(max_views=1)
    actions.end(None, gone.grant)
    Grant.objects.filter(pk=used_up.grant.pk).update(uses=1)
    client = Client()
    tokens = [shared.token for shared in (gone, expired, used_up)] + ["made-up", "x" * 300]
    answers = [client.get(f"/s/{token}/", follow=True) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    texts = [
        answer.content.decode().replace(token, "") for token, answer in zip(tokens, answers, strict=True)
    ]
    # One that is used up leads to its address, which shows the album to those who came in.
    assert len(set(texts[:2] + texts[3:])) == 1
    assert escape(reasons.LINK_UNKNOWN.sentence) in texts[2]
    assert escape(reasons.LINK_UNKNOWN.sentence) in answers[0].content.decode()
    by_address = [client.get(page_of(gone)), client.get(f"/shared/{uuid4()}/")]
    assert [answer.status_code for answer in by_address] == [404, 404]
    assert client.get(page_of(gone), headers=JSON).json()["reason"] == "link_unknown"


def test_album__shows_what_a_grant_shows(
    alice: User, album: Album, make_photo: PhotoFactory, file: FileFactory, share: Sharer
) -> None:
    private = make_photo(alice, visibility=Visibility.PRIVATE)
    pending = make_photo(alice, State.PENDING)
    jpeg, raw = file("JPEG"), file("CR3")
    hidden = [
        make_photo(alice, State.REJECTED),
        make_photo(alice, State.REJECTED, taken_down_at=timezone.now()),
        make_photo(alice, State.AWAITING),
        make_photo(alice, State.FAILED),
        make_photo(alice, trashed_at=timezone.now()),
        raw,
    ]
    for photo in (private, pending, jpeg, *hidden):
        album.photos.add(photo)
    elsewhere = make_photo(alice)
    shared = share()
    client = browser_at(shared)
    assert ids_on(client, page_of(shared)) == {str(photo.pk) for photo in (private, pending, jpeg)}
    for photo in (private, pending, jpeg):
        assert client.get(page_of(shared, f"photos/{photo.pk}/")).status_code == 200
        assert client.get(f"/photos/{photo.pk}/").status_code == (200 if photo is jpeg else 404)
    for photo in (*hidden[:-1], elsewhere):
        assert client.get(page_of(shared, f"photos/{photo.pk}/")).status_code == 404
        assert client.get(page_of(shared, f"photos/{photo.pk}/info/")).status_code == 404
    asked = ",".join(str(photo.pk) for photo in (private, *hidden[:-1], elsewhere))
    answer = client.get(page_of(shared, f"status/?ids={asked}"), headers=JSON)
    assert [photo["id"] for photo in answer.json()["photos"]] == [str(private.pk)]
    assert client.get(album.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("viewer", ["guest", "owner", "moderator"])
def test_photo__tells_what_a_grant_tells(
    viewer: str,
    alice: User,
    charlie: User,
    album: Album,
    make_photo: PhotoFactory,
    share: Sharer,
    stores: Stores,
) -> None:
    photo = make_photo(
        alice, State.PENDING, caption="Low tide", format="JPEG", file_name="secret-name.jpg", review_hint="x"
    )
    # The other has no caption that could stand for its name.
    album.photos.add(photo, make_photo(alice, file_name="secret-name-too.jpg"))
    where = {"latitude": "54.321000", "longitude": "10.123000"}
    camera = {"model": "Nikon D750", "artist": "Alice B", "serial": "SN1234"}
    stores.put_item(ready_item(photo, location=where, words={"title": "Dawn over"}, metadata=camera))
    shared = share()
    client = browser_at(shared)
    if viewer != "guest":
        client.force_login(alice if viewer == "owner" else charlie)
    told = [
        client.get(page_of(shared, then)).content.decode()
        for then in ("", f"photos/{photo.pk}/", f"photos/{photo.pk}/info/", f"status/?ids={photo.pk}")
    ]
    assert "Nikon D750" in told[1]
    assert "Nikon D750" in told[2]
    assert all(f"320/{photo.pk}" in text for text in (told[0], told[1], told[3]))
    for secret in ("54.321", "10.123", "Dawn over", "secret-name", "SN1234", "Alice B", "originals/"):
        assert not any(secret in text for text in told)
    assert not any("review" in text.lower().replace('href="/admin/">review', "") for text in told)


def test_album__costs_three_queries_however_many_photos(
    alice: User,
    album: Album,
    make_photo: PhotoFactory,
    share: Sharer,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(70):
        album.photos.add(make_photo(alice))
    shared = share()
    client = browser_at(shared)
    client.get(page_of(shared))
    with django_assert_num_queries(3):
        answer = client.get(page_of(shared))
    assert "cursor=" in answer.content.decode()


def test_photo__leads_on_within_the_album(
    alice: User, album: Album, make_photo: PhotoFactory, share: Sharer
) -> None:
    photos = [make_photo(alice) for _ in range(3)]
    make_photo(alice)
    for photo in photos:
        album.photos.add(photo)
    shared = share()
    text = browser_at(shared).get(page_of(shared, f"photos/{photos[1].pk}/")).content.decode()
    assert f'{page_of(shared, f"photos/{photos[2].pk}/")}" rel="prev"' in text
    assert f'{page_of(shared, f"photos/{photos[0].pk}/")}" rel="next"' in text


def test_password__is_asked_and_guesses_are_limited(share: Sharer, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = share(password="harbor at dawn")
    assert "harbor" not in str(Grant.objects.values().get())
    client = browser_at(shared)
    answer = client.get(page_of(shared))
    assert answer.status_code == 403
    assert "Summer in Lund" not in answer.content.decode()
    # Browsers send forms of a page with "no-referrer" with "Origin: null", which the check of CSRF refuses.
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert client.get(page_of(shared, "status/"), headers=JSON).json()["reason"] == "share_locked"
    assert client.get(page_of(shared, f"photos/{uuid4()}/")).headers["Location"] == page_of(shared)
    wrong = client.post(page_of(shared, "open/"), {"password": "harbour at dawn"})
    assert wrong.status_code == 403
    assert escape(reasons.SHARE_PASSWORD_WRONG.sentence) in wrong.content.decode()
    right = client.post(page_of(shared, "open/"), {"password": "harbor at dawn"})
    assert right.headers["Location"] == page_of(shared)
    assert client.get(page_of(shared)).status_code == 200
    guesser = browser_at(shared)
    tries = [guesser.post(page_of(shared, "open/"), {"password": "?"}) for _ in range(11)]
    # One wrong try was made above from the same address.
    assert [answer.status_code for answer in tries] == [403] * 9 + [429] * 2
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert guesser.post(page_of(shared, "open/"), {"password": "harbor at dawn"}).status_code == 429


def test_password__without_the_link_is_no_way_in(share: Sharer) -> None:
    shared = share(password="harbor at dawn")
    answer = Client().post(page_of(shared, "open/"), {"password": "harbor at dawn"})
    assert answer.status_code == 404
    other = browser_at(share())
    for name in (access.SESSION, access.DOOR):
        if name in other.cookies:
            other.cookies[name]["path"] = "/"
    assert other.get(page_of(shared)).status_code == 404


def test_views__are_counted_when_someone_opens_it(share: Sharer) -> None:
    shared = share(max_views=2)
    first, second, third = (browser_at(shared) for _ in range(3))
    assert first.get(page_of(shared)).status_code == 403
    assert Grant.objects.get().uses == 0
    for client in (first, second):
        client.post(page_of(shared, "open/"))
        assert [client.get(page_of(shared)).status_code for _ in range(2)] == [200, 200]
    assert Grant.objects.get().uses == 2
    refused = third.post(page_of(shared, "open/"))
    assert refused.status_code == 410
    assert third.get(page_of(shared)).status_code == 410
    assert Client().get(f"/s/{shared.token}/", follow=True).status_code == 404
    # Who came in may use the link in their mail again.
    assert first.get(f"/s/{shared.token}/", follow=True).status_code == 200


def test_views__begin_again_with_a_new_password(share: Sharer) -> None:
    shared = share(max_views=1, password="harbor at dawn")
    client = browser_at(shared)
    client.post(page_of(shared, "open/"), {"password": "harbor at dawn"})
    actions.change(None, shared.grant, password="another harbor")
    assert client.get(page_of(shared)).status_code == 403
    client.post(page_of(shared, "open/"), {"password": "another harbor"})
    assert client.get(page_of(shared)).status_code == 200


def test_door__is_no_session(share: Sharer) -> None:
    shared = share(password="harbor at dawn")
    client = browser_at(shared)
    client.cookies[access.SESSION] = client.cookies[access.DOOR].value
    assert client.get(page_of(shared)).status_code == 403


@pytest.mark.parametrize(("later", "status"), [(timedelta(days=29), 200), (timedelta(days=31), 404)])
def test_session__ends_after_a_month(
    share: Sharer, monkeypatch: pytest.MonkeyPatch, later: timedelta, status: int
) -> None:
    shared = share(expires_at=None)
    client = browser_at(shared)
    client.get(page_of(shared))
    # A browser that keeps cookies longer than it was told.
    for cookie in client.cookies.values():
        cookie["max-age"] = cookie["expires"] = ""
    with patch("django.core.signing.time.time", return_value=time.time() + later.total_seconds()):
        assert client.get(page_of(shared)).status_code == status


def test_password__guesses_of_many_addresses_count_together(share: Sharer) -> None:
    shared = share(password="harbor at dawn")
    for number in range(50):
        client = browser_at(shared, REMOTE_ADDR=f"198.51.100.{number + 1}")
        assert client.post(page_of(shared, "open/"), {"password": "?"}).status_code == 403
    client = browser_at(shared, REMOTE_ADDR="203.0.113.1")
    assert client.post(page_of(shared, "open/"), {"password": "?"}).status_code == 429


@pytest.mark.parametrize("act", ["change", "end"])
def test_come_in__what_changed_meanwhile_lets_no_one_in(
    share: Sharer, just_before: JustBefore, act: str
) -> None:
    shared = share(password="harbor at dawn")
    client = browser_at(shared)

    def meanwhile() -> None:
        if act == "end":
            actions.end(None, shared.grant)
        else:
            actions.change(None, shared.grant, password="another harbor")

    with just_before('SET "uses"', meanwhile):
        answer = client.post(page_of(shared, "open/"), {"password": "harbor at dawn"})
    assert (answer.status_code, access.SESSION in answer.cookies) == (410, False)


def test_views__two_at_once_take_the_last_one_once(share: Sharer, just_before: JustBefore) -> None:
    shared = share(max_views=1)
    first, second = browser_at(shared), browser_at(shared)

    def other_opens() -> None:
        assert second.post(page_of(shared, "open/")).status_code == 302

    with just_before('SET "uses"', other_opens):
        assert first.post(page_of(shared, "open/")).status_code == 410
    assert Grant.objects.get().uses == 1


def test_uses__and_places_are_counted_without_addresses(share: Sharer) -> None:
    shared = share()
    for address in ("198.51.100.7", "198.51.100.7", "203.0.113.9"):
        client = browser_at(shared, REMOTE_ADDR=address)
        for _ in range(2):
            assert client.get(page_of(shared)).status_code == 200
    assert browser_at(shared).head(page_of(shared)).status_code == 200
    grant = Grant.objects.get()
    assert (grant.uses, grant.places) == (4, 3)
    assert grant.last_used_at
    assert not any("198.51" in str(row) for row in Place.objects.values())
    assert {len(digest) for digest in Place.objects.values_list("digest", flat=True)} == {64}


def test_original__has_no_part_of_its_name(
    alice: User, album: Album, make_photo: PhotoFactory, share: Sharer
) -> None:
    photo = make_photo(alice, format="JPEG", file_name="Portrait of A.Smith")
    album.photos.add(photo)
    shared = share(role=Role.DOWNLOAD)
    answer = browser_at(shared).get(page_of(shared, f"photos/{photo.pk}/original/"))
    assert "smith" not in unquote(answer.headers["Location"]).lower()


def test_original__is_for_those_who_may_download(
    alice: User, album: Album, make_photo: PhotoFactory, share: Sharer
) -> None:
    photo = make_photo(alice, format="JPEG", file_name="Secret name.JPG")
    album.photos.add(photo)
    path = f"photos/{photo.pk}/"
    looks, takes = share(), share(role=Role.DOWNLOAD)
    for shared, allowed in ((looks, False), (takes, True)):
        client = browser_at(shared)
        answer = client.get(page_of(shared, f"{path}original/"))
        assert answer.status_code == (302 if allowed else 404)
        assert (f"{path}original/" in client.get(page_of(shared, path)).content.decode()) is allowed
        address = client.get(page_of(shared, f"{path}info/")).json()["original_url"]
        assert ("originals/" in address) is allowed
        if allowed:
            assert f"photo-{photo.pk.hex[:8]}.jpg" in unquote(answer.headers["Location"])
            assert "ecret" not in unquote(answer.headers["Location"] + address)


def revoke(shared: actions.Shared, album: Album, admin: User) -> None:
    actions.end(None, shared.grant)


def revoke_all(shared: actions.Shared, album: Album, admin: User) -> None:
    actions.end_all(None, album.owner)


def expire(shared: actions.Shared, album: Album, admin: User) -> None:
    actions.change(None, shared.grant, expires_at=timezone.now())


def delete_album(shared: actions.Shared, album: Album, admin: User) -> None:
    album.delete()


def block(shared: actions.Shared, album: Album, admin: User) -> None:
    Block.objects.create(person=album.owner, by=admin, at=timezone.now(), reason="Spam")


def leave(shared: actions.Shared, album: Album, admin: User) -> None:
    User.objects.filter(pk=album.owner_id).update(left_at=timezone.now())


@pytest.mark.parametrize("end", [revoke, revoke_all, expire, delete_album, block, leave])
def test_end__is_told_to_those_who_came_in(
    end: Callable[..., None], share: Sharer, album: Album, admin: User, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    album.photos.add(photo)
    shared = share()
    client = browser_at(shared)
    paths = [page_of(shared, then) for then in ("", "status/", f"photos/{photo.pk}/")]
    assert {client.get(path).status_code for path in paths} == {200}
    end(shared, album, admin)
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 410
        assert "No longer shared" in answer.content.decode()
        assert client.get(path, headers=JSON).json()["reason"] == "no_longer_shared"
        assert Client().get(path).status_code == 404


def test_change__a_new_password_is_asked_of_everyone(share: Sharer) -> None:
    shared = share()
    client = browser_at(shared)
    assert client.get(page_of(shared)).status_code == 200
    actions.change(None, shared.grant, password="harbor at dawn")
    assert client.get(page_of(shared)).status_code == 403
    client.post(page_of(shared, "open/"), {"password": "harbor at dawn"})
    assert client.get(page_of(shared)).status_code == 200
    actions.change(None, shared.grant, password="another harbor")
    assert client.get(page_of(shared)).status_code == 403
    actions.change(None, shared.grant, password="")
    assert client.get(page_of(shared)).status_code == 200


def test_actions__are_in_the_audit_trail_of_the_owner(share: Sharer, alice: User) -> None:
    shared = share()
    actions.change(None, shared.grant, expires_at=None)
    assert actions.end(None, shared.grant) is True
    assert actions.end(None, shared.grant) is False
    assert actions.change(None, shared.grant, expires_at=None) is False
    kinds = list(AccountEvent.objects.filter(user=alice).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["shared", "share_changed", "share_ended"]


def test_share__fifty_times_and_expired_ones_make_room(share: Sharer, album: Album) -> None:
    for _ in range(49):
        share()
    share(expires_at=timezone.now() - timedelta(seconds=1))
    share()
    with pytest.raises(actions.Refused) as refused:
        share()
    assert refused.value.reason is reasons.TOO_MANY_SHARES
    assert album.grants.filter(ended_at=None).count() == 50


def test_share__not_while_blocked(share: Sharer, alice: User, admin: User) -> None:
    Block.objects.create(person=alice, by=admin, at=timezone.now(), reason="Spam")
    with pytest.raises(actions.Refused) as refused:
        share()
    assert refused.value.reason is reasons.ACCOUNT_BLOCKED
