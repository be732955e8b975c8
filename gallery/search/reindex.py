"""Compare texts with the words of their photos, and write those that differ; in steps, so it may be ended."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gallery.photos.models import Photo
from gallery.search.models import SearchText
from gallery.search.texts import refresh
from gallery.storage import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID


STEP = catalogue.BATCH_SIZE
STEPS_OF_A_SWEEP = 5


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step did."""

    checked: int
    differed: int


def reindex(*, only_stale: bool = False) -> Iterator[Progress]:
    """Go through the photos, 100 at a time: one BatchGetItem and at most six queries each.

    ``only_stale`` takes the texts that lack what the worker found, by an index.
    """
    last: UUID | int | None = None
    while True:
        ids: Sequence[UUID]
        if only_stale:
            texts = SearchText.objects.stale().order_by("pk")
            rows = list((texts.filter(pk__gt=last) if last else texts).values_list("pk", "photo_id")[:STEP])
            ids, last = [photo_id for _, photo_id in rows], rows[-1][0] if rows else None
        else:
            photos = Photo.objects.order_by("pk")
            ids = list((photos.filter(pk__gt=last) if last else photos).values_list("pk", flat=True)[:STEP])
            last = ids[-1] if ids else None
        if not ids:
            return
        yield Progress(len(ids), complete(ids))


def complete_some() -> int:
    """Complete up to 500 texts of photos that were there before the search was; return how many."""
    return sum(step.differed for step in itertools.islice(reindex(only_stale=True), STEPS_OF_A_SWEEP))


def complete(ids: Sequence[UUID]) -> int:
    """Write these texts with what the worker found. Return how many were different.

    If the catalogue doesn't answer, stale texts stay stale.
    """
    reading = catalogue.read(ids)
    items = {photo_id: reading.items.get(photo_id) for photo_id in ids}
    return refresh(
        ids, items={photo_id: item for photo_id, item in items.items() if item or reading.complete}
    )
