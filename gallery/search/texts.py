"""Write the texts of photos from their words. What changes a word calls ``refresh`` in its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gallery.albums.models import AlbumEntry
from gallery.albums.tagging import tags_of
from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.photos.timeline import at_of
from gallery.search.devices import camera_name, lens_name
from gallery.search.folding import bigrams_of, folded_for_search
from gallery.search.models import Name, NameKind, SearchText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from thumbworker.contract.items import PhotoItem

BATCH = 500
WRITTEN = (
    *("public_text", "own_text", "bigrams", "camera", "lens", "file_words"),
    *("timeline_at", "is_stale"),
)


@dataclass(frozen=True, slots=True)
class _Words:
    """The tags of photos, and the titles of their albums that the owner and that everyone reads."""

    tags: Mapping[UUID, Sequence[str]]
    titles: Mapping[UUID, tuple[list[str], list[str]]]


def refresh(photo_ids: Iterable[UUID], *, items: Mapping[UUID, PhotoItem | None] | None = None) -> int:
    """Write the texts of these photos from their words as they are now. Return how many were different.

    ``items`` has what the worker found of some of them, or ``None`` where there is nothing; of the others,
    what was known stays. Costs at most six queries for 500 photos.
    """
    changed = 0
    for batch in _batches(sorted(set(photo_ids))):
        with transaction.atomic():
            changed += _refresh(batch, items or {})
    return changed


def _batches(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _refresh(ids: list[UUID], items: Mapping[UUID, PhotoItem | None]) -> int:
    # Locked in one order before the words are read, so the last writer has read what others committed.
    stored = SearchText.objects.select_for_update().filter(photo_id__in=ids).order_by("photo_id")
    before = {text.photo_id: text for text in stored}
    words = _Words(tags_of(ids), _album_titles(ids))
    due = [text for text in _wanted(ids, before, items, words) if _differs(text, before.get(text.photo_id))]
    if not due:
        return 0
    SearchText.objects.bulk_create(
        due, update_conflicts=True, unique_fields=["photo"], update_fields=list(WRITTEN)
    )
    _learn_names(due, words)
    return len(due)


def _differs(text: SearchText, before: SearchText | None) -> bool:
    return before is None or any(getattr(text, name) != getattr(before, name) for name in WRITTEN)


def _wanted(
    ids: list[UUID],
    before: Mapping[UUID, SearchText],
    items: Mapping[UUID, PhotoItem | None],
    words: _Words,
) -> list[SearchText]:
    columns = ("owner_id", "file_name", "state", "taken_down_at", "taken_local", "created_at")
    written = ("caption", "alt_text", "new_caption", "new_alt_text", "new_tags", "words_state")
    photos = Photo.objects.filter(pk__in=ids).only(*columns, *written)
    texts = []
    for photo in photos:
        known = before.get(photo.pk)
        text = SearchText(photo=photo, owner_id=photo.owner_id, is_stale=photo.has_picture)
        text.timeline_at = at_of(photo)
        if photo.pk in items:
            _record(text, items[photo.pk])
        elif known:
            text.camera, text.lens, text.file_words = known.camera, known.lens, known.file_words
            text.is_stale = known.is_stale
        own_titles, public_titles = words.titles.get(photo.pk, ([], []))
        shared = [photo.caption, photo.alt_text, *words.tags.get(photo.pk, []), text.camera, text.lens]
        text.public_text = _joined([*shared, *public_titles])
        # Words that no moderator has read are found by their owner only.
        unread = [photo.new_caption, photo.new_alt_text, *photo.new_tag_names] if photo.has_new_words else []
        text.own_text = _joined([*shared, *unread, *own_titles, photo.file_name, text.file_words])
        text.bigrams = " ".join(bigrams_of(text.public_text, text.own_text))
        texts.append(text)
    return texts


def _learn_names(texts: Iterable[SearchText], words: _Words) -> None:
    found: dict[tuple[NameKind, str], None] = {}
    for text in texts:
        _, titles = words.titles.get(text.photo_id, ([], []))
        found |= dict.fromkeys((NameKind.TAG, name) for name in words.tags.get(text.photo_id, []))
        found |= dict.fromkeys((NameKind.ALBUM, title) for title in titles)
        found |= dict.fromkeys([(NameKind.CAMERA, text.camera), (NameKind.LENS, text.lens)])
    names = [
        Name(kind=kind, name=name, folded=folded_for_search(name)) for kind, name in sorted(found) if name
    ]
    Name.objects.bulk_create(names, ignore_conflicts=True)


def _record(text: SearchText, item: PhotoItem | None) -> None:
    text.is_stale = False
    if item is None:
        return
    text.camera, text.lens = camera_name(item.metadata), lens_name(item.metadata)
    said: Mapping[str, Any] = item.words
    lines = [said.get("title"), said.get("description"), said.get("artist"), *said.get("keywords", ())]
    text.file_words = "\n".join(str(line).replace("\n", " ") for line in lines if line)


def _album_titles(ids: list[UUID]) -> dict[UUID, tuple[list[str], list[str]]]:
    """Return the titles that the owner reads and those that everyone reads, by photo."""
    found: dict[UUID, tuple[list[str], list[str]]] = {}
    rows = AlbumEntry.objects.filter(photo_id__in=ids).order_by("album__created_at", "album_id")
    columns = ("photo_id", "album__title", "album__public_title", "album__visibility")
    for photo_id, title, public_title, visibility in rows.values_list(*columns):
        own, public = found.setdefault(photo_id, ([], []))
        own.append(title)
        if visibility == Visibility.PUBLIC and public_title:
            public.append(public_title)
    return found


def _joined(lines: Iterable[str]) -> str:
    r"""Return folded lines: a phrase is found within one of them only.

    >>> _joined(["Café\nde Flore", "", "Sea"])
    'cafe de flore\nsea'
    """
    return "\n".join(filter(None, (folded_for_search(line.replace("\n", " ")) for line in lines)))
