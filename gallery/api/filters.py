"""Build photo querysets from API queries; visibility rules stay on the QuerySet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from gallery.accounts.models import User
from gallery.albums.joined import FEW, tagged
from gallery.albums.models import Tag
from gallery.albums.tagging import TagRefused, clean_tag
from gallery.api.authorization import check_moderates
from gallery.api.problems import Problem
from gallery.api.schemas.photos import View
from gallery.api.tokens import Scope, moderates
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.querysets import is_archived_by, is_favorite_of, waits_for_review
from gallery.photos.states import IN_QUEUE, State, Visibility
from gallery.photos.timeline import timeline_at
from gallery.search.find import matching
from gallery.search.index import on_the_way
from gallery.search.query import parse

if TYPE_CHECKING:
    from gallery.api.models import ApiToken
    from gallery.api.schemas.photos import PhotoQuery
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.search.query import Query as SearchQuery


APART = timedelta(days=2)
"""More than a wall clock and an instant, or two wall clocks of one instant, can be apart."""


def visible_photos(token: ApiToken) -> PhotoQuerySet:
    """Return the photos the token can see: the review queue only with the moderate scope."""
    return Photo.objects.visible_to(token.user, as_moderator=moderates(token))


def photos_of(query: PhotoQuery, token: ApiToken) -> PhotoQuerySet:
    """Return the photos that match the query, in any album.

    Raises:
        Problem: the caller may not see the review queue.
    """
    photos = listed = _view(query, token)
    if query.view == View.REVIEW and query.album:
        listed = Photo.objects.filter(waits_for_review())
        # No private photo waits.
        asked = Q(state__in=_states(query), visibility=query.visibility or Visibility.PUBLIC)
        waits = waits_for_review() & asked
        photos = Photo.objects.awaiting_review(_in_an_album(listed, waits))
    if query.id:
        photos = photos.filter(pk__in=query.id)
    if query.state:
        photos = photos.filter(state__in=_states(query))
    if query.owner:
        # By its id, of which the database knows how many photos it has.
        named = User.objects.filter(username=User.normalize_username(query.owner))
        photos = photos.filter(owner_id__in=list(named.values_list("pk", flat=True)))
    if query.visibility:
        photos = photos.filter(visibility=query.visibility)
    photos = _marked(photos, listed, query, token.user)
    for tag in query.tag:
        photos = with_tag(photos, tag)
    if query.q:
        photos = matching(photos, understood(query.q), token.user)
    return _uploaded(_in_time(photos, query), listed, query)


def _states(query: PhotoQuery) -> set[State]:
    states = {State(state) for state in query.state or State}
    # The database can't tell that no other is in the queue, and would read all of it.
    return states & IN_QUEUE if query.view == View.REVIEW else states


def _in_an_album(listed: PhotoQuerySet, condition: Q) -> Q:
    """Return the condition in a form for the photos of an album, whose own order no index has with it.

    What few of the ``listed`` meet is collected by the index of their list; else it is met on the way through
    the album. The database would take either for the other: it can't know which photos an album has.
    """
    found = listed.filter(condition).order_by().values("pk")
    return on_the_way(condition) if found[: FEW + 1].count() > FEW else Q(pk__in=found[:FEW])


def _marked(photos: PhotoQuerySet, listed: PhotoQuerySet, query: PhotoQuery, user: User) -> PhotoQuerySet:
    if query.favorite is not None:
        favorite = is_favorite_of(user)
        if query.album and query.favorite:
            favorite = _in_an_album(listed, favorite)
        photos = photos.filter(favorite if query.favorite else ~favorite)
    if query.archived is not None:
        archived = is_archived_by(user)
        photos = photos.filter(archived if query.archived else ~archived)
    return photos


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
    # What is asked of the time of capture is also asked of the place on the timeline, which has an index.
    photos, place = photos.alias(at=timeline_at()), {}
    for bound, instant, apart in (("gte", query.taken_from, -APART), ("lt", query.taken_until, APART)):
        if instant is not None:
            wall = instant.replace(tzinfo=None)
            # Where the offset is unknown there is no instant, and the wall clock is all that can be compared.
            local = Q(taken_at=None, **{f"taken_local__{bound}": wall})
            photos = photos.filter(Q(**{f"taken_at__{bound}": instant}) | local)
            place[f"at__{bound}"] = _shifted(wall, apart)
    if place:
        # Rows of before have an instant without a wall clock, so their place is that of the upload. Asked for
        # where there are any: the database expects many, and would then collect far more than the place has.
        of_before = Q(taken_local=None, taken_at__isnull=False)
        any_of_before = Photo.objects.filter(of_before).order_by()[:1].exists()
        photos = photos.filter(Q(**place) | of_before if any_of_before else Q(**place))
    for bound, day in (("gte", query.taken_day_from), ("lt", query.taken_day_until)):
        if day is not None:
            midnight = datetime.combine(day, time())
            photos = photos.filter(**{f"taken_local__{bound}": midnight, f"at__{bound}": midnight})
    return photos


def _uploaded(photos: PhotoQuerySet, listed: PhotoQuerySet, query: PhotoQuery) -> PhotoQuerySet:
    limits = {"created_at__gte": query.uploaded_from, "created_at__lt": query.uploaded_until}
    if not (given := {name: value for name, value in limits.items() if value is not None}):
        return photos
    return photos.filter(_in_an_album(listed, Q(**given)) if query.album else Q(**given))


def _shifted(wall: datetime, by: timedelta) -> datetime:
    try:
        return wall + by
    except OverflowError:
        return wall  # at an end of the calendar


def with_tag(photos: PhotoQuerySet, untrusted_tag: str) -> PhotoQuerySet:
    """Return the photos that have the tag: none if it is not a valid tag."""
    try:
        named = Tag.objects.filter(name=clean_tag(untrusted_tag))
        return tagged(photos, named.values_list("pk", flat=True))
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
