"""An archive restored by the gallery's own API: photos and albums become equal, and stay so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from contactsheet.archive import ArchiveWriter, archives_in
from contactsheet.restoring import Restoring
from contactsheet.transport import Transport
from contactsheet.web_gallery import WebGallery
from gallery.albums import actions
from gallery.albums.models import Album, AlbumEntry, PhotoTag, SmartAlbum, Tag
from gallery.api.tokens import Scope, issue
from gallery.downloads import documents, listing
from gallery.photos.states import State, Visibility
from gallery.sharing.models import Contribution
from tests.gallery.conftest import alice, bob, make_photo, stores

__all__ = ["alice", "bob", "make_photo", "stores"]

if TYPE_CHECKING:
    from pathlib import Path

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory


def token_of(owner: User) -> str:
    return issue(owner, name="client", scopes={Scope.READ, Scope.UPLOAD}, days=1).secret


def save_archive(address: str, owner: User, folder: Path) -> None:
    """Write contactsheet.json as a download does, without the files."""
    with Transport(address, token_of(owner)) as transport:
        gallery = WebGallery(transport)
        writer = ArchiveWriter(folder, gallery.archive())
        for photo in gallery.archive_photos():
            writer.add(photo, folder / photo["names"][0])
        writer.write()


def said_of(owner: User) -> tuple[Any, ...]:
    """Return what counts of an archive, without ids."""
    about = [documents.document_of(item)["about"] for item in listing.page_of_everything(owner, "").items]
    names = (
        "caption",
        "altText",
        "tags",
        "favorite",
        "archived",
        "takenAtLocal",
        "takenAtOffset",
        "isDateCorrected",
    )
    photos = {photo["sha256"]: [photo[name] for name in names] for photo in about}
    albums = []
    for album in Album.objects.filter(owner=owner).order_by("created_at"):
        order = ("rank", "pk") if album.order == "hand" else ("-pk",)
        entries = AlbumEntry.objects.filter(album=album).order_by(*order)
        members = list(entries.values_list("photo__sha256", "is_cover"))
        albums.append((album.title, album.description, album.order, members))
    searches = SmartAlbum.objects.filter(owner=owner).order_by("created_at")
    return photos, albums, list(searches.values_list("title", "query"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stores")
def test_restore__makes_another_account_equal(
    live_server: Any,
    settings: Any,
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    tmp_path: Path,
) -> None:
    settings.SITE_ORIGIN = live_server.url
    tag = Tag.objects.create(name="sea")
    mine = []
    for number in range(8):
        photo = make_photo(
            alice,
            State.PENDING,
            caption=f"Ångström {number}",
            alt_text=f"Waves {number}",
            is_favorite=number % 2 == 0,
            is_archived=number == 3,
            taken_local=datetime(1999, 5, 1, 6, number),  # noqa: DTZ001 - a wall clock
            is_date_corrected=number > 4,
        )
        PhotoTag.objects.create(photo=photo, tag=tag)
        mine.append(photo)
        if number == 0:
            Contribution.objects.create(photo=photo, sender=photo.pk, name="Aunt Vera")
        make_photo(bob, State.PENDING, sha256=photo.sha256, visibility=Visibility.PRIVATE)
    # Not corrected: the file says it, there and here.
    for number, photo in enumerate(mine[:5]):
        bob.photos.filter(sha256=photo.sha256).update(taken_local=datetime(1999, 5, 1, 6, number))  # noqa: DTZ001
    for order, chosen in (("hand", [5, 1, 3]), ("added", [2, 6, 0]), ("taken", [7, 4])):
        album = actions.create_album(alice, title="Same", description=order, visibility=Visibility.PUBLIC)
        actions.change_album(album, order=order)
        ids = [mine[number].pk for number in chosen]
        actions.change_photos(album, add=ids, remove=[], in_given_order=True)
        actions.choose_cover(album, ids[1])
    for title, query in (("Sea", "sea from:1999"), ("Sea", "sea from:1999"), ("Sea", "is:favorite")):
        actions.save_search(alice, title=title, query=query)
    save_archive(live_server.url, alice, tmp_path)
    [archive] = archives_in([tmp_path])
    assert {photo["sentBy"] for photo in archive.photos} == {"Aunt Vera", None}
    token = token_of(bob)
    uploaded = [str(photo.pk) for photo in bob.photos.all()]
    for _time in range(2):
        with Transport(live_server.url, token) as transport:
            restoring = Restoring(WebGallery(transport), Console(quiet=True), keeps_visibility=False)
            assert restoring.restore(archive, uploaded)
        assert said_of(bob) == said_of(alice)
        assert not Contribution.objects.filter(photo__owner=bob).exists()
        assert set(Album.objects.filter(owner=bob).values_list("visibility", flat=True)) == {"private"}
        assert set(bob.photos.values_list("visibility", flat=True)) == {"private"}
