"""What other sites show beside a link to a public photo or album: Open Graph data and oEmbed. Decision 0154.

Both say what a visitor without an account may read, to anyone who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from gallery.albums.models import Album
from gallery.photos.models import Photo
from gallery.presentation.covers import with_covers
from gallery.presentation.tiles import AVIF, ready_item
from gallery.storage import catalogue, signed_urls
from thumbworker.contract import policy

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.items import MadeRendition, PhotoItem

PROVIDER = "Contactsheet"
NO_LIMIT = 100_000
MAX_DIGITS = 5
SPEC = next(spec for spec in policy.CURRENT.renditions if spec.name == policy.CARD)


class Unavailable(Exception):
    """The catalogue does not answer, or no address can be signed."""


@dataclass(frozen=True, slots=True)
class Card:
    """Words and addresses, all absolute. ``image_url`` is empty if there is no picture of this size."""

    title: str
    description: str
    author: str
    author_url: str
    page_url: str
    image_url: str = ""
    alt: str = ""
    width: int = SPEC.longest_side
    height: int = SPEC.other_side

    @property
    def oembed_url(self) -> str:
        """Return the address of the same as oEmbed."""
        return f"{_at('oembed')}?{urlencode({'url': self.page_url, 'format': 'json'})}"


def _at(name: str, *values: object) -> str:
    return f"{settings.SITE_ORIGIN}{reverse(name, args=values)}"


def card_of_photo(photo: Photo, item: PhotoItem | None) -> Card:
    """Return the card of a photo that everyone sees."""
    by = _("Photo by %(name)s") % {"name": photo.owner.shown_name}
    title = photo.caption or by
    return Card(
        title=title,
        description=photo.alt_text
        or (by if photo.caption else _("Photos that people share in this gallery.")),
        author=photo.owner.shown_name,
        author_url=_at("person", photo.owner.username),
        page_url=_at("photo", photo.pk),
        image_url=_at("photo-card", photo.pk) if item and item.card else "",
        alt=photo.alt_text or title,
    )


def card_of_album(album: Album, *, has_photos: bool) -> Card:
    """Return the card of an album that everyone sees."""
    by = _("Album by %(name)s") % {"name": album.owner.shown_name}
    return Card(
        title=album.public_name,
        description=album.public_description or by,
        author=album.owner.shown_name,
        author_url=_at("person", album.owner.username),
        page_url=_at("album", album.pk),
        image_url=_at("album-card", album.pk) if has_photos else "",
        alt=album.public_name,
    )


def picture_url(photo_id: UUID, name: str) -> str:
    """Return a signed address of a public photo's rendition; empty if there is none that everyone sees.

    Raises:
        Unavailable
    """
    photo = Photo.objects.visible_to(AnonymousUser()).filter(pk=photo_id).first()
    item = _item_of(photo) if photo else None
    made = next((made for made in item.renditions if made.name == name), None) if item else None
    if made is None:
        return ""
    signer = signed_urls.signer()
    if signer is None:
        raise Unavailable
    return signer.url(made.key)


def cover_url(album_id: UUID) -> str:
    """Return a signed address of the card of the photo that stands for a public album; else empty.

    Raises:
        Unavailable
    """
    cover = _cover_of(album_id)
    return picture_url(cover, policy.CARD) if cover else ""


def _cover_of(album_id: UUID) -> UUID | None:
    album = Album.objects.visible_to(AnonymousUser()).filter(pk=album_id)
    return dict(with_covers(album, Photo.objects.public()).values_list(*("pk", "cover_id"))).get(album_id)


def _item_of(photo: Photo) -> PhotoItem | None:
    reading = catalogue.read([photo.pk])
    if not reading.complete:
        raise Unavailable
    return ready_item(photo, reading)


def oembed_of(untrusted_url: str, *, max_width: str = "", max_height: str = "") -> dict[str, Any] | None:
    """Return what oEmbed says of a page of this gallery; ``None`` unless everyone sees what it shows.

    Raises:
        Unavailable
    """
    name, values = _page_of(untrusted_url)
    most = _limit(max_width), _limit(max_height)
    if name == "photo":
        photo = Photo.objects.visible_to(AnonymousUser()).with_owner().filter(pk=values["photo_id"]).first()
        if photo is None:
            return None
        item = _item_of(photo)
        embedded = _picture_within(item, most)
        return _answer(card_of_photo(photo, item), most) | (
            {
                "type": "photo",
                "url": _at("photo-picture", photo.pk, int(embedded.name)),
                "width": embedded.width,
                "height": embedded.height,
            }
            if embedded
            else {}
        )
    if name == "album":
        album = Album.objects.visible_to(AnonymousUser()).select_related("owner")
        found = album.filter(pk=values["album_id"]).first()
        if found:
            return _answer(card_of_album(found, has_photos=_cover_of(found.pk) is not None), most)
    return None


def _page_of(untrusted_url: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the page's route and what its path names; an empty name for all other addresses."""
    try:
        parts = urlsplit(untrusted_url)
        # The scheme is left out: people type one or the other.
        if parts.netloc.lower() != urlsplit(settings.SITE_ORIGIN).netloc.lower():
            return "", {}
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return "", {}
    return match.url_name or "", match.kwargs


def _limit(untrusted: str) -> int:
    """Return a number of pixels; what is none, is no limit."""
    is_number = untrusted.isascii() and untrusted.isdigit() and len(untrusted) <= MAX_DIGITS
    return int(untrusted) if is_number else NO_LIMIT


def _picture_within(item: PhotoItem | None, most: tuple[int, int]) -> MadeRendition | None:
    """Return the largest picture that fits and that every browser shows."""
    fitting = [
        made
        for made in (item.pictures if item else ())
        if made.content_type != AVIF and made.width <= most[0] and made.height <= most[1]
    ]
    return max(fitting, key=lambda made: made.width, default=None)


def _answer(card: Card, most: tuple[int, int]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "link",
        "title": card.title,
        "author_name": card.author,
        "author_url": card.author_url,
        "provider_name": PROVIDER,
        "provider_url": f"{settings.SITE_ORIGIN}/",
    }
    if card.image_url and card.width <= most[0] and card.height <= most[1]:
        answer |= {
            "thumbnail_url": card.image_url,
            "thumbnail_width": card.width,
            "thumbnail_height": card.height,
        }
    return answer
