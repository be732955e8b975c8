"""Rename a tag on all photos of a person, merge it into another one, or remove it everywhere.

Each photo changes by its own action: new words of a public photo wait for review as always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from gallery.albums.models import PhotoTag
from gallery.batches import actions
from gallery.batches.models import Kind
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import WordsState

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.batches.models import Batch


def ids_with(owner: User, tag: str, most: int = actions.MAX_PHOTOS) -> list[UUID]:
    """Return the person's photos with this cleaned tag, also where it waits for review, by two queries."""
    placed = PhotoTag.objects.filter(photo__owner=owner, tag__name=tag).order_by("photo_id")
    ids = list(placed.values_list("photo_id", flat=True)[:most])
    waits = Q(new_tags=tag) | Q(new_tags__startswith=f"{tag},") | Q(new_tags__endswith=f",{tag}")
    new_words = Photo.objects.owned_by(owner).exclude(words_state=WordsState.APPROVED)
    rows = new_words.filter(waits | Q(new_tags__contains=f",{tag},")).order_by("pk")
    return list(dict.fromkeys([*ids, *rows.values_list("pk", flat=True)[:most]]))[:most]


def rename(owner: User, tag: str, to: str, *, merge: bool) -> Batch:
    """Start to put the cleaned tag ``to`` in place of another one, on up to 10,000 photos.

    Raises:
        Refused: no photo has the tag; or some have the other one, and it was not said to ``merge`` them; or
            as for ``actions.start``.
    """
    ids = _some(owner, tag)
    if to == tag or (not merge and ids_with(owner, to, most=1)):
        raise actions.Refused(reasons.TAG_EXISTS)
    return actions.start(owner, Kind.RENAME_TAG, ids, tags=[tag], to=[to])


def remove(owner: User, tag: str) -> Batch:
    """Start to remove the cleaned tag from up to 10,000 photos.

    Raises:
        Refused: no photo has it; or as for ``actions.start``.
    """
    return actions.start(owner, Kind.REMOVE_TAGS, _some(owner, tag), tags=[tag])


def _some(owner: User, tag: str) -> list[UUID]:
    if not (ids := ids_with(owner, tag)):
        raise actions.Refused(reasons.TAG_GONE)
    return ids
