"""What a moderator sees of the person who uploaded a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, TextField

from gallery.accounts.models import User
from gallery.accounts.trust import trusted_among
from gallery.photos.models import Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from datetime import datetime

    from django.db.backends.base.base import BaseDatabaseWrapper

    from gallery.albums.models import Album

LATEST = 50
"""The record is about a person's latest photos, so it costs the same however many they have."""


@dataclass(frozen=True, slots=True)
class Uploader:
    """A person's record: how many of their latest photos are approved and rejected.

    ``since`` is when they signed up, and ``has_more`` whether more than the ``LATEST`` exist.
    """

    name: str
    since: datetime
    approved: int
    rejected: int
    has_more: bool
    is_trusted: bool


class _States(Subquery):
    """Joins the states of a limited subquery by commas: the rows are read once for all counts."""

    template = "(SELECT string_agg(state, ',') FROM (%(subquery)s) latest)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        """Call SQLite's function of the same effect."""
        template = self.template.replace("string_agg(", "group_concat(")
        return self.as_sql(compiler, connection, template=template)


def uploaders_of(owned: Iterable[Photo | Album]) -> dict[int, Uploader]:
    """Return the record of the owner of each photo or album, by two queries."""
    owner_ids = {each.owner_id for each in owned}
    trusted = trusted_among(owner_ids)
    latest = Photo.objects.filter(owner_id=OuterRef("pk")).newest_first().values("state")[:LATEST]
    owners = User.objects.filter(pk__in=owner_ids).annotate(states=_States(latest))
    return {owner.pk: _uploader(owner, (owner.states or "").split(","), trusted) for owner in owners}


def _uploader(owner: User, states: list[str], trusted: Container[int]) -> Uploader:
    return Uploader(
        name=owner.username,
        since=owner.date_joined,
        approved=states.count(State.APPROVED),
        rejected=states.count(State.REJECTED),
        has_more=len(states) >= LATEST,
        is_trusted=owner.pk in trusted,
    )
