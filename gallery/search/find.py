"""Find the photos that a query asks for, among those that a reader may see."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from gallery.accounts.models import User
from gallery.albums.joined import in_albums, tagged
from gallery.albums.models import Album, Tag
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor
from gallery.photos.querysets import is_archived_by, is_favorite_of
from gallery.photos.stacks import RAWS
from gallery.photos.states import Visibility
from gallery.photos.timeline import at_of, timeline_at
from gallery.search.folding import folded_for_search
from gallery.search.index import on_the_way
from gallery.search.models import Name, NameKind
from gallery.search.names import names_seen
from gallery.search.query import FORMATS, RAW, Kind, Query, Term
from gallery.search.querysets import containing
from gallery.search.time_limit import TooBroad, within_seconds
from thumbworker.contract.formats import Format
from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.photos.querysets import PhotoQuerySet

_LONG = [f"search_text__{name}" for name in ("public_text", "own_text", "bigrams", "file_words")]
MOST_NAMES = 50
"""Names that one filter stands for, of those that the reader sees."""
NEIGHBOR_SECONDS = 0.5
PLANNED = 20
"""Rows that a neighbor is asked for with: for one, PostgreSQL would walk the timeline to what is rare."""
FEW_OF_A_FORMAT = 200
"""Photos from which a list is walked for them, instead of finding them by their format."""
_NAMED = frozenset({Kind.TAG, Kind.CAMERA, Kind.LENS})
_OF_TEXTS = frozenset({Kind.WORD, Kind.PHRASE, Kind.CAMERA, Kind.LENS, Kind.FROM, Kind.UNTIL})
"""What the row of the text answers."""


def page_of_matching(
    photos: PhotoQuerySet, query: Query, viewer: User | AnonymousUser, *, cursor: str, size: int = PAGE_SIZE
) -> Page:
    """Return one page of those of the photos that the query asks for, the latest captured first.

    Raises:
        TooBroad: the search didn't finish in time.
    """
    with within_seconds():
        found = _placed(photos, query, viewer)
        if position := decode_cursor(cursor):
            found = _beyond(found, position[0].replace(tzinfo=None), position[1])
        ordered = found.order_by("-place", "-place_id")
        rows: list[Any] = list(ordered.select_related("owner", "search_text").defer(*_LONG)[: size + 1])
    shown = rows[:size]
    if len(rows) <= size:
        return Page(shown, "")
    return Page(shown, encode_cursor(shown[-1].place.replace(tzinfo=UTC), shown[-1].pk))


def neighbors_of_matching(
    photos: PhotoQuerySet, query: Query, viewer: User | AnonymousUser, photo: Photo
) -> tuple[Photo | None, Photo | None]:
    """Return the photos before and after this one of those that the query asks for.

    It need not be one of them: what it was found by may have changed since. Where the next one is too far to
    be found in time, as after the last of 10,000 that have a tag, there is none.
    """
    try:
        with within_seconds(NEIGHBOR_SECONDS):
            found, at = _placed(photos, query, viewer).only("id"), at_of(photo)
    except TooBroad:
        return None, None
    later = _beyond(found, at, photo.pk, back=True).order_by("place", "place_id")
    return _first(later), _first(_beyond(found, at, photo.pk).order_by("-place", "-place_id"))


def _first(photos: Any) -> Photo | None:
    try:
        with within_seconds(NEIGHBOR_SECONDS):
            return next(iter(photos[:PLANNED]), None)
    except TooBroad:
        return None


def _placed(photos: PhotoQuerySet, query: Query, viewer: User | AnonymousUser) -> Any:
    """Return what the query asks for, with each photo's place in the order of results."""
    found = matching(photos, query, viewer).one_per_stack().filter(search_text__isnull=False)
    asks_texts = any(term.kind in _OF_TEXTS for term in query.terms)
    if query.of(Kind.IS) or (viewer.is_anonymous and not asks_texts):
        # The few that have the mark, and public photos, are in an index of photos in the same order. Texts of
        # what is met on the way are not read.
        return found.annotate(place=timeline_at(), place_id=F("id"))
    return found.annotate(place=F("search_text__timeline_at"), place_id=F("search_text__photo_id"))


def _beyond(found: Any, at: datetime, photo_id: UUID, *, back: bool = False) -> Any:
    """Keep what follows this place; with ``back`` what precedes it."""
    op = "gt" if back else "lt"
    # The range lets a deep page enter the index at its position.
    either = Q(**{f"place__{op}": at}) | Q(**{f"place_id__{op}": photo_id})
    return found.filter(either, **{f"place__{op}e": at})


def ids_of_matching(
    photos: PhotoQuerySet, query: Query, viewer: User | AnonymousUser, *, most: int
) -> list[UUID]:
    """Return the ids of those of the photos that the query asks for, at most so many.

    Raises:
        TooBroad: the search didn't finish in time.
    """
    with within_seconds():
        found = matching(photos, query, viewer).one_per_stack().filter(search_text__isnull=False)
        return list(found.order_by().values_list("pk", flat=True)[:most])


def matching(photos: PhotoQuerySet, query: Query, viewer: User | AnonymousUser) -> PhotoQuerySet:
    """Return those of the photos that the query asks for; none if it is refused."""
    if query.refusal:
        return photos.none()
    photos = photos.filter(containing(query.texts, viewer))
    for term in query.terms:
        if term.kind not in {Kind.WORD, Kind.PHRASE}:
            photos = _narrowed(photos, term, viewer)
    return photos


def _narrowed(photos: PhotoQuerySet, term: Term, viewer: User | AnonymousUser) -> PhotoQuerySet:
    if term.kind == Kind.ALBUM:
        return in_albums(photos, albums_named(term.folded, viewer))
    if term.kind in _NAMED:
        return _with_name(photos, term, viewer)
    if term.kind == Kind.IS:
        mark = is_favorite_of if term.value == "favorite" else is_archived_by
        return photos.filter(mark(viewer))
    return photos.filter(_CONDITIONS[term.kind](term))


def _with_name(photos: PhotoQuerySet, term: Term, viewer: User | AnonymousUser) -> PhotoQuerySet:
    kind = NameKind(term.kind)
    condition = {"folded" if kind == NameKind.TAG else "folded__contains": term.folded}
    seen = names_seen(kind, Photo.objects.visible_to(viewer), **condition)
    names = list(seen.values_list("name", flat=True)[:MOST_NAMES])
    if kind != NameKind.TAG:
        return photos.filter(**{f"search_text__{kind}__in": names})
    # The tag itself, too: of photos whose text is still to be written, no name is kept yet.
    names.append(folded(term.value))
    return tagged(photos, Tag.objects.filter(name__in=names).values_list("pk", flat=True))


def _has_owner(term: Term) -> Q:
    # By its id, of which the database knows how many photos it has.
    named = User.objects.filter(username=User.normalize_username(term.value))
    return Q(owner_id__in=list(named.values_list("pk", flat=True)))


def _was_uploaded(term: Term) -> Q:
    first, after = (datetime.combine(day, time(), UTC) for day in term.period)
    return Q(created_at__gte=first, created_at__lt=after)


def _has_format(term: Term) -> Q:
    wanted = RAWS if FORMATS[term.value] == RAW else [FORMATS[term.value]]
    of_format = Q(format__in=wanted)
    found = Photo.objects.filter(of_format).order_by()[: FEW_OF_A_FORMAT + 1]
    if wanted != [Format.JPEG] and found.count() <= FEW_OF_A_FORMAT:
        return of_format
    return on_the_way(of_format)


def _is_oriented(term: Term) -> Q:
    if term.value == "square":
        return Q(width=F("height"))
    return on_the_way(Q(width__gt=F("height")) if term.value == "landscape" else Q(width__lt=F("height")))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


_CONDITIONS: dict[Kind, Callable[[Term], Q]] = {
    Kind.OWNER: _has_owner,
    Kind.FROM: lambda term: Q(search_text__timeline_at__gte=_midnight(term.period[0])),
    Kind.UNTIL: lambda term: Q(search_text__timeline_at__lt=_midnight(term.period[1])),
    Kind.UPLOADED: _was_uploaded,
    Kind.FORMAT: _has_format,
    Kind.ORIENTATION: _is_oriented,
    Kind.NO: lambda _term: on_the_way(Q(caption="")),
}


def albums_named(part: str, viewer: User | AnonymousUser) -> list[Any]:
    """Return the ids of the albums whose title, as this viewer reads it, contains this folded part."""
    # All of them: a limit on names of which some are private would tell of these.
    names = Name.objects.filter(kind=NameKind.ALBUM, folded__contains=part).values("name")
    public = Album.objects.visible_to(viewer).filter(visibility=Visibility.PUBLIC, public_title__in=names)
    found = list(public.newest_first().values_list("pk", flat=True)[:MOST_NAMES])
    if not viewer.is_anonymous:
        own = Album.objects.owned_by(viewer).values_list("pk", "title")
        found += [pk for pk, title in own if part in folded_for_search(title)]
    return found
