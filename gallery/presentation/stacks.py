"""The files of a stack, for their owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gallery.photos.models import Photo
from gallery.photos.stacks import RAWS, TOPS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User


@dataclass(frozen=True, slots=True)
class StackedFile:
    """One file of a stack; ``format`` as the worker found it, such as ``JPEG`` or ``CR3``."""

    photo_id: UUID
    file_name: str
    format: str
    size_bytes: int


def stacks_of(photos: Iterable[Photo], viewer: User | AnonymousUser) -> dict[UUID, tuple[StackedFile, ...]]:
    """Return the stack of each of the viewer's photos that is in one, by one query. The shown file is first.

    Others are not told of a stack: its files can be private, and their names tell too much.
    """
    keys = {photo.stack_key for photo in photos if photo.owner_id == viewer.pk and photo.stack_key}
    if not keys:
        return {}
    rows = Photo.objects.filter(owner_id=viewer.pk, stack_key__in=keys).order_by("created_at", "id")
    columns = ("pk", "file_name", "format", "size_bytes")
    files: dict[UUID, StackedFile] = {}
    raws: dict[UUID, list[UUID]] = {}
    for top_id, *facts in rows.with_top().values_list("top_id", *columns):
        file = StackedFile(*facts)
        files[file.photo_id] = file
        if top_id is not None:
            raws.setdefault(top_id, []).append(file.photo_id)
    stacks: dict[UUID, tuple[StackedFile, ...]] = {}
    for top_id, raw_ids in raws.items():
        stack = tuple(files[photo_id] for photo_id in (top_id, *raw_ids))
        stacks |= dict.fromkeys((top_id, *raw_ids), stack)
    return stacks


def can_be_stacked(photo: Photo) -> bool:
    """Return whether its owner took this photo out of a stack that could be made again."""
    if not photo.stack_key or photo.trashed_at is not None:
        return False
    others = Photo.objects.filter(owner_id=photo.owner_id, stack_key=photo.stack_key).not_trashed()
    if photo.format in TOPS:
        return others.filter(format__in=RAWS, stands_alone=True).exists()
    return photo.stands_alone and others.filter(format__in=TOPS).exists()
