"""The requests that are measured: every list of the pages, the API and the review desk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from bench import scale_library as library

if TYPE_CHECKING:
    from collections.abc import Iterator

ANONYMOUS = ""
API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """One request: its name, its path with query, who asks, and whether by an API token."""

    name: str
    path: str
    who: str = ANONYMOUS
    by_token: bool = False


def routes(*, with_pairs: bool) -> Iterator[Route]:
    """Yield all routes of the library that the database has."""
    yield from _pages()
    yield from _searches()
    yield from _photos_in_searches()
    yield from _desk()
    yield from _api_lists()
    yield from _api_photos(with_pairs=with_pairs)


def _pages() -> Iterator[Route]:
    from gallery.photos.models import Photo  # noqa: PLC0415 - the settings come first
    from gallery.photos.timeline import on_timeline  # noqa: PLC0415

    keeper, visitor = library.OWNER, library.VISITOR
    public, mine = Photo.objects.public(), Photo.objects.filter(owner__username=keeper).not_trashed()
    deep = _cursor(public.newest_first()[: public.count() * 9 // 10 + 1].values_list("created_at", "pk"))
    walls: Any = on_timeline(public)
    walls = walls.values_list("at", "pk")
    deep_by_time = _cursor(walls[: public.count() * 9 // 10 + 1])
    yield Route("sheet", "/")
    yield Route("sheet, signed in", "/", visitor)
    yield Route("sheet, 90 % down", f"/?cursor={deep}")
    yield Route("sheet by capture", "/?order=timeline")
    yield Route("sheet by capture, 90 % down", f"/?order=timeline&cursor={deep_by_time}")
    yield Route("my photos, with counts by month", "/me/photos/", keeper)
    yield Route("my photos, jump to 2009", f"/me/photos/?month={library.COUNTED_MONTH}", keeper)
    yield Route("my photos, of a person with none", "/me/photos/", visitor)
    yield Route("favorites", "/me/favorites/", keeper)
    yield Route("failed files", "/me/photos/failed/", keeper)
    yield Route("trash", "/me/trash/", keeper)
    for who, name in ((ANONYMOUS, "anonymous"), (keeper, "signed in")):
        yield Route(f"tag on 30 %, {name}", f"/tags/{library.COMMON_TAG}/", who)
        yield Route(f"tag on 1 %, {name}", "/tags/theme-7/", who)
        yield Route(f"tag on 50 photos, {name}", f"/tags/{library.RARE_TAG}/", who)
        yield Route(f"album of 10 %, {name}", f"/albums/{library.BIG_ALBUM}/", who)
        yield Route(f"albums with covers, {name}", "/albums/", who)
    middle = _middle_of_album()
    yield Route("album of 10 %, halfway down", f"/albums/{library.BIG_ALBUM}/?cursor={middle}")
    yield Route("a person's page", f"/people/{library.OWNER}/")
    shown = public.filter(owner__username=keeper, albums__pk=UUID(library.BIG_ALBUM)).newest_first()
    photo = shown[shown.count() // 2]
    yield Route("photo", f"/photos/{photo.pk}/")
    yield Route("photo, its owner", f"/photos/{photo.pk}/", keeper)
    yield Route("photo in an album", f"/photos/{photo.pk}/?album={library.BIG_ALBUM}")
    asked = ",".join(str(pk) for pk in mine.newest_first().values_list("pk", flat=True)[:50])
    yield Route("status of 50 photos", f"/photos/status/?ids={asked}", keeper)


def _middle_of_album() -> str:
    from gallery.albums.models import Album  # noqa: PLC0415 - the settings come first
    from gallery.albums.order import page_in_album  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415

    album = Album.objects.get(pk=UUID(library.BIG_ALBUM))
    half = album.entries.count() // 2
    return page_in_album(Photo.objects.all(), album, "", size=half).next_cursor


def _cursor(rows: Any) -> str:
    from datetime import UTC  # noqa: PLC0415

    from gallery.photos.paging import encode_cursor  # noqa: PLC0415

    at, photo_id = rows[len(rows) - 1]
    return encode_cursor(at if at.tzinfo else at.replace(tzinfo=UTC), photo_id)


SEARCHES = {
    "a common word": library.COMMON_WORD,
    "a rare word": library.RARE_WORD,
    "a word without result": library.NO_WORD,
    "two signs": library.SHORT_WORD,
    "two Latin letters": "ka",
    "a common and a rare word": f"{library.COMMON_WORD} {library.RARE_WORD}",
    "a common word, a rare tag": f"{library.COMMON_WORD} tag:{library.RARE_TAG}",
    "a common word, a rare camera": f'{library.COMMON_WORD} camera:"{library.RARE_CAMERA}"',
    "a common tag": f"tag:{library.COMMON_TAG}",
    "a rare tag": f"tag:{library.RARE_TAG}",
    "an album of 10 %": "album:everything",
    "a camera": f'camera:"{library.COMMON_CAMERA}"',
    "an owner": f"owner:{library.OWNER}",
    "a year": "from:2009 until:2009",
    "an upload day without photos": "uploaded:1999-01-01",
    "a format": "format:raw",
    "a format without photos": "format:gif",
    "an orientation without photos": "orientation:square",
    "no caption": "no:caption",
    "favorites": "is:favorite",
    "archived": "is:archived",
    "a common word, favorites": f"{library.COMMON_WORD} is:favorite",
    "a rare word, favorites": f"{library.RARE_WORD} is:favorite",
    "a common word, no such format": f"{library.COMMON_WORD} format:gif",
}


def _searches() -> Iterator[Route]:
    for who, name in ((ANONYMOUS, "anonymous"), (library.OWNER, "signed in")):
        for title, words in SEARCHES.items():
            yield Route(f"search, {title}, {name}", f"/search/?{urlencode({'q': words})}", who)
        for part in ("h", "har", "de"):
            yield Route(f"suggestions for {part}, {name}", f"/search/suggestions/?q={part}", who)


def _photos_in_searches() -> Iterator[Route]:
    """Yield the page of a photo that each search shows, to its owner of one of theirs."""
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415 - the settings come first

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415
    from gallery.search.find import page_of_matching  # noqa: PLC0415
    from gallery.search.query import parse  # noqa: PLC0415

    keeper = User.objects.get(username=library.OWNER)
    for who, name, viewer in (
        (ANONYMOUS, "anonymous", AnonymousUser()),
        (library.OWNER, "its owner", keeper),
    ):
        seen = Photo.objects.visible_to(viewer).not_trashed()
        for title, words in SEARCHES.items():
            shown = page_of_matching(seen, parse(words), viewer, cursor="").photos
            found = [photo for photo in shown if not who or photo.owner_id == keeper.pk]
            # Where it shows none, a photo that is not in it.
            photos = found or [Photo.objects.public().filter(owner=keeper).newest_first()[0]]
            path = f"/photos/{photos[len(photos) // 2].pk}/?{urlencode({'q': words})}"
            yield Route(f"photo in a search, {title}, {name}", path, who)


def _desk() -> Iterator[Route]:
    desk, admin = "/admin/photos/photo/", library.MODERATOR
    for shown in ("review", "approved", "rejected", "awaiting", "failed", "trash"):
        yield Route(f"desk, {shown}", f"{desk}?show={shown}", admin)
    yield Route("desk, approved, page 20", f"{desk}?show=approved&p=2", admin)
    searched = {
        "a common word": library.COMMON_WORD,
        "a rare word": library.RARE_WORD,
        "a word without result": library.NO_WORD,
        "a file name": library.FILE_NAME,
        "an owner": library.OWNER,
    }
    for title, words in searched.items():
        yield Route(f"desk, search, {title}", f"{desk}?q={words}", admin)
    yield Route("desk, album titles", "/admin/albums/words/", admin)
    yield Route("desk, reports", "/admin/reports/report/", admin)
    yield Route("desk, deletion records", "/admin/photos/deletionrecord/", admin)
    yield Route("desk, taken down", "/admin/photos/takendown/", admin)
    yield Route("desk, people", "/admin/accounts/user/", admin)
    yield Route("desk, search of people", "/admin/accounts/user/?q=person-7", admin)
    yield Route("operations", "/admin/operations/", admin)


def _api_lists() -> Iterator[Route]:
    def asked(name: str, path: str, who: str = library.OWNER) -> Route:
        return Route(f"API, {name}", f"{API}/{path}", who, by_token=True)

    from gallery.photos.models import Photo  # noqa: PLC0415

    yield asked("tags", "tags")
    yield asked("tags, of a person with none", "tags", library.VISITOR)
    yield asked("tags, of a moderator", "tags", library.MODERATOR)
    yield asked("tags that start with de", "tags?q=de")
    yield asked("tags without result", "tags?q=qwx")
    yield asked("albums", "albums")
    yield asked("public albums", "albums?public=true")
    yield asked("album of 10 %", f"albums/{library.BIG_ALBUM}")
    yield asked("album titles to review", "albums/review", library.MODERATOR)
    mine = Photo.objects.filter(owner__username=library.OWNER, state="approved").not_trashed()
    name = mine.newest_first().values_list("file_name", flat=True)[mine.count() // 2]
    yield asked("download by name", f"download/{name}")
    for title, words in SEARCHES.items():
        yield asked(f"search, {title}", f"search?{urlencode({'q': words})}")


FILTERS: dict[str, list[tuple[str, str]]] = {
    "state": [("state", "approved")],
    "rejected": [("state", "rejected")],
    "owner": [("owner", library.OWNER)],
    "visibility": [("visibility", "public")],
    "private": [("visibility", "private")],
    "common tag": [("tag", library.COMMON_TAG)],
    "rare tag": [("tag", library.RARE_TAG)],
    "two tags": [("tag", library.COMMON_TAG), ("tag", library.RARE_TAG)],
    "album": [("album", library.BIG_ALBUM)],
    "common word": [("q", library.COMMON_WORD)],
    "rare word": [("q", library.RARE_WORD)],
    "taken from": [("takenFrom", "2009-06-01T00:00:00Z"), ("takenUntil", "2009-06-08T00:00:00Z")],
    "taken day": [("takenDayFrom", "2009-06-01"), ("takenDayUntil", "2009-06-02")],
    "no such day": [("takenDayFrom", "1999-06-01"), ("takenDayUntil", "1999-06-02")],
    "uploaded": [("uploadedFrom", "2020-01-01T00:00:00Z"), ("uploadedUntil", "2020-06-01T00:00:00Z")],
    "trashed": [("trashed", "true")],
    "favorites": [("favorite", "true")],
    "no favorites": [("favorite", "false")],
    "stacked": [("stacked", "true")],
}


def _api_photos(*, with_pairs: bool) -> Iterator[Route]:
    viewers = {"mine": library.OWNER, "public": library.VISITOR, "review": library.MODERATOR}
    for view, who in viewers.items():
        chosen: list[tuple[str, ...]] = [(), *((name,) for name in FILTERS)]
        if with_pairs:
            chosen += combinations(FILTERS, 2)
        for names in chosen:
            values = [pair for name in names for pair in FILTERS[name]]
            keys = [{key for key, _ in FILTERS[name]} for name in names]
            if len(keys) == 2 and keys[0] & keys[1]:
                continue  # one filter twice
            title = " + ".join(names) or "all"
            query = urlencode([("view", view), *values])
            yield Route(f"API, photos, {view}: {title}", f"{API}/photos?{query}", who, by_token=True)
