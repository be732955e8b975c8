"""Every address that pages gave out under a link is dead within 15 minutes of its end, however it ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from gallery.albums.models import AlbumEntry
from gallery.blocks.models import Block
from gallery.photos import actions as photo_actions
from gallery.photos.states import State, Visibility
from gallery.sharing import actions
from gallery.sharing.models import Role
from tests.gallery.sharing.conftest import browser_at, page_of
from tests.gallery.sharing.test_receiving import guest_at, sent
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

WINDOW = timedelta(minutes=15)
ADDRESS = re.compile(r'(?:https?://|/shared/)[^\s"<>,\\]+')


def revoked(shared: actions.Shared, photo: Photo, admin: User) -> None:
    actions.end(None, shared.grant)


def expired(shared: actions.Shared, photo: Photo, admin: User) -> None:
    actions.change(None, shared.grant, expires_at=timezone.now())


def password_changed(shared: actions.Shared, photo: Photo, admin: User) -> None:
    actions.change(None, shared.grant, password="harbor at dawn")


def album_deleted(shared: actions.Shared, photo: Photo, admin: User) -> None:
    shared.grant.album.delete()


def owner_blocked(shared: actions.Shared, photo: Photo, admin: User) -> None:
    Block.objects.create(person=photo.owner, by=admin, at=timezone.now(), reason="Spam")


def photo_taken_out(shared: actions.Shared, photo: Photo, admin: User) -> None:
    AlbumEntry.objects.filter(photo=photo).delete()


def photo_trashed(shared: actions.Shared, photo: Photo, admin: User) -> None:
    photo_actions.trash(photo.pk, actor=photo.owner)


def photo_rejected(shared: actions.Shared, photo: Photo, admin: User) -> None:
    type(photo).objects.filter(pk=photo.pk).update(state=State.REJECTED)


def collect(client: Client, start: str, photo: Photo) -> set[str]:
    """Return every address of this grant and of AWS that its pages give out, followed until none is new."""
    found, seen = {start, f"{start}status/?ids={photo.pk}"}, set()
    while ours := {path for path in found - seen if path.startswith("/")}:
        for path in ours:
            answer = client.get(path)
            text = unescape(answer.content.decode()) + answer.headers.get("Location", "")
            found |= set(ADDRESS.findall(text))
            if path.endswith(f"{photo.pk}/"):
                found.add(f"{path}info/")
        seen |= ours
    return {address for address in found if address.startswith("/") or "X-Amz-" in address}


def is_signed_until(address: str) -> datetime:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    begun = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return begun + timedelta(seconds=int(query["X-Amz-Expires"]))


def is_alive(client: Client, address: str, at: datetime) -> bool:
    if not address.startswith("/"):
        return is_signed_until(address) > at
    answer = client.get(address)
    # Who has to type a new password is led to the album's page.
    return answer.status_code == 200 or answer.headers.get("Location", "").startswith("http")


@pytest.mark.parametrize(
    "end",
    [
        revoked,
        expired,
        password_changed,
        album_deleted,
        owner_blocked,
        photo_taken_out,
        photo_trashed,
        photo_rejected,
    ],
)
def test_end__leaves_no_address_alive(
    end: Callable[..., None],
    alice: User,
    admin: User,
    album: Album,
    make_photo: PhotoFactory,
    share: Sharer,
    stores: Stores,
) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE, format="JPEG")
    stores.put_item(ready_item(photo))
    album.photos.add(photo)
    shared = share(role=Role.DOWNLOAD)
    client = browser_at(shared)
    addresses = collect(client, page_of(shared), photo)
    ours = {address for address in addresses if address.startswith("/")}
    # Pages, JSON, the download, three pictures, and the original twice: in the lightbox and to download.
    assert {
        page_of(shared),
        page_of(shared, f"photos/{photo.pk}/"),
        page_of(shared, f"photos/{photo.pk}/info/"),
        page_of(shared, f"photos/{photo.pk}/original/"),
    } <= ours
    signed = addresses - ours
    assert {urlsplit(address).path.split("/")[-2] for address in signed} == {
        "320",
        "800",
        "1600",
        "originals",
    }
    assert all(is_alive(client, address, timezone.now()) for address in addresses)
    assert any(str(photo.pk) in address for address in ours)
    end(shared, photo, admin)
    ended = timezone.now()
    of_photo_only = end in {photo_taken_out, photo_trashed, photo_rejected}
    alive = {address for address in addresses if is_alive(client, address, ended + WINDOW)}
    if of_photo_only:
        # The album goes on, without the photo.
        assert str(photo.pk) not in client.get(page_of(shared)).content.decode()
        answer = client.get(page_of(shared, f"status/?ids={photo.pk}"))
        assert answer.json() == {"photos": []}
        alive -= {
            address for address in alive if address.startswith(page_of(shared)) and "/photos/" not in address
        }
    assert alive == set()


@pytest.mark.parametrize("end", [revoked, expired, password_changed, album_deleted, owner_blocked])
def test_end__leaves_no_picture_of_what_a_guest_sent(
    end: Callable[..., None], admin: User, share: Sharer, stores: Stores
) -> None:
    shared = share(role=Role.ADD)
    guest = guest_at(shared)
    [photo] = sent(guest, shared, "party")
    stores.put_item(ready_item(photo))
    pages = {page_of(shared, then) for then in ("send/", f"send/status/?ids={photo.pk}")}
    addresses = set().union(*(ADDRESS.findall(unescape(guest.get(path).content.decode())) for path in pages))
    signed = {address for address in addresses if "X-Amz-" in address}
    assert {urlsplit(address).path.split("/")[-2] for address in signed} == {"320", "800", "1600"}
    assert all(is_alive(guest, address, timezone.now()) for address in signed | pages)
    end(shared, photo, admin)
    ended = timezone.now()
    assert {address for address in signed | pages if is_alive(guest, address, ended + WINDOW)} == set()
    # Nothing of it is lost to its owner.
    assert type(photo).objects.filter(pk=photo.pk, is_received=True).exists()
