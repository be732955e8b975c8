"""Suggest tags, albums, cameras and lenses while a person types, each with the photos they would see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef

from gallery.albums.models import Album
from gallery.photos.counting import CountOf
from gallery.photos.models import Photo
from gallery.search.find import albums_named
from gallery.search.folding import folded_for_search
from gallery.search.models import Name, NameKind
from gallery.search.names import names_seen, photos_named
from gallery.search.query import Kind, last_typed, written
from gallery.search.time_limit import within_seconds

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet

MOST_OF_A_KIND = 4
MOST_CANDIDATES = 20
COUNTED_UP_TO = 1000
KINDS = (Kind.TAG, Kind.ALBUM, Kind.CAMERA, Kind.LENS)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A filter to complete a query with. ``count`` is the number of photos, up to 1,000."""

    kind: Kind
    name: str
    count: int
    query: str


def suggest(untrusted: str, viewer: User | AnonymousUser) -> list[Suggestion]:
    """Return filters whose names contain what was typed last, those of most photos first within each kind.

    Names of which the viewer sees no photo are left out. Costs at most six queries.

    Raises:
        TooBroad: counting didn't finish in time.
    """
    before, key, part = last_typed(untrusted)
    folded = folded_for_search(part)
    wanted = [kind for kind in KINDS if key in {"", kind}]
    if not folded or not wanted:
        return []
    seen = Photo.objects.visible_to(viewer, as_moderator=False).not_trashed()
    found = []
    with within_seconds():
        for kind in wanted:
            counts = _albums(folded, seen, viewer) if kind == Kind.ALBUM else _names(kind, folded, seen)
            best = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_OF_A_KIND]
            found += [
                Suggestion(kind, name, count, f"{before} {written(kind, name).text}".strip())
                for name, count in best
            ]
    return found


def _names(kind: Kind, folded: str, seen: PhotoQuerySet) -> dict[str, int]:
    of_kind = NameKind(kind)
    beginning = names_seen(of_kind, seen, folded__startswith=folded)
    candidates = list(beginning.values_list("pk", flat=True)[:MOST_CANDIDATES])
    if len(folded) > 1 and len(candidates) < MOST_CANDIDATES:
        inside = names_seen(of_kind, seen, folded__contains=folded)
        candidates += inside.values_list("pk", flat=True)[:MOST_CANDIDATES]
    return _counted(Name.objects.filter(pk__in=candidates), photos_named(of_kind, seen), "name")


def _albums(folded: str, seen: PhotoQuerySet, viewer: User | AnonymousUser) -> dict[str, int]:
    albums = Album.objects.filter(pk__in=albums_named(folded, viewer)[:MOST_CANDIDATES])
    photos = seen.filter(album_entries__album=OuterRef("pk"))
    own = {} if viewer.is_anonymous else _counted(albums.owned_by(viewer), photos, "title")
    others = albums if viewer.is_anonymous else albums.exclude(owner=viewer)
    return _counted(others, photos, "public_title") | own


def _counted(rows: QuerySet[Any], photos: PhotoQuerySet, name: str) -> dict[str, int]:
    counted = rows.annotate(photo_count=CountOf(photos.order_by().values("pk")[:COUNTED_UP_TO]))
    # Left out here: a condition would count once more.
    return {found: count for found, count in counted.values_list(name, "photo_count") if count}
