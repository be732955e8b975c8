"""Build photo querysets from API queries; visibility rules stay on the QuerySet."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db.models import Q

from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.albums.tagging import TagRefused, clean_tag
from gallery.api.authorization import check_moderates
from gallery.api.problems import Problem
from gallery.api.schemas.photos import View
from gallery.api.tokens import Scope, moderates
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.search.find import matching
from gallery.search.query import parse

if TYPE_CHECKING:
    from datetime import date

    from gallery.api.models import ApiToken
    from gallery.api.schemas.photos import PhotoQuery
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.search.query import Query as SearchQuery


def visible_photos(token: ApiToken) -> PhotoQuerySet:
    """Return the photos the token can see: the review queue only with the moderate scope."""
    return Photo.objects.visible_to(token.user, as_moderator=moderates(token))


def photos_of(query: PhotoQuery, token: ApiToken) -> PhotoQuerySet:
    """Return the photos that match the query.

    Raises:
        Problem: the caller may not see the review queue.
    """
    photos = _view(query, token)
    if query.id:
        photos = photos.filter(pk__in=query.id)
    if query.state:
        photos = photos.filter(state__in=query.state)
    if query.owner:
        photos = photos.filter(owner__username=User.normalize_username(query.owner))
    if query.visibility:
        photos = photos.filter(visibility=query.visibility)
    if query.album:
        albums = Album.objects.visible_to(token.user).filter(pk=query.album)
        photos = photos.filter(album_entries__album__in=albums)
    for tag in query.tag:
        photos = with_tag(photos, tag)
    if query.q:
        photos = matching(photos, understood(query.q), token.user)
    return _in_time(photos, query)


def _view(query: PhotoQuery, token: ApiToken) -> PhotoQuerySet:
    if query.view == View.PUBLIC:
        return Photo.objects.public()
    if query.view == View.REVIEW:
        if Scope.MODERATE not in token.scope_names:
            raise Problem(reasons.SCOPE_MISSING, f"This token lacks the scope {Scope.MODERATE}.")
        check_moderates(token)
        if not token.user.has_perm("photos.moderate_photo"):
            raise Problem(reasons.NOT_ALLOWED)
        return Photo.objects.awaiting_review()
    mine = Photo.objects.owned_by(token.user)
    return mine.trashed() if query.trashed else mine.not_trashed()


def _in_time(photos: PhotoQuerySet, query: PhotoQuery) -> PhotoQuerySet:
    for bound, instant in (("gte", query.taken_from), ("lt", query.taken_until)):
        if instant is not None:
            # Where the offset is unknown there is no instant, and the wall clock is all that can be compared.
            local = {"taken_at": None, f"taken_local__{bound}": instant.replace(tzinfo=None)}
            photos = photos.filter(Q(**{f"taken_at__{bound}": instant}) | Q(**local))
    limits = {
        "taken_local__gte": _midnight(query.taken_day_from),
        "taken_local__lt": _midnight(query.taken_day_until),
        "created_at__gte": query.uploaded_from,
        "created_at__lt": query.uploaded_until,
    }
    return photos.filter(**{name: value for name, value in limits.items() if value is not None})


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time()) if day else None


def with_tag(photos: PhotoQuerySet, untrusted_tag: str) -> PhotoQuerySet:
    """Return the photos that have the tag: none if it is not a valid tag."""
    try:
        return photos.filter(pk__in=Photo.objects.filter(tags__name=clean_tag(untrusted_tag)).values("pk"))
    except TagRefused:
        return photos.none()


def understood(words: str) -> SearchQuery:
    """Return a search as it is understood.

    Raises:
        Problem: it is too short or too long, or a filter has no such value.
    """
    found = parse(words)
    if found.refusal:
        raise Problem(found.refusal)
    for note in found.notes:
        if note.reason is not reasons.SEARCH_FILTER_UNKNOWN:
            raise Problem(note.reason, errors=[{"where": "query.q", "message": note.text}])
    return found
