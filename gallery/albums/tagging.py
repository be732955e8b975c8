"""Clean tags and set them on photos."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.albums.models import MAX_TAG_LENGTH, PhotoTag, Tag
from gallery.photos.signals import words_changed
from thumbworker.contract.text import INVISIBLE, clean_text, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

MAX_TAGS = 20
SEPARATORS = r",/?#\\"
"""Characters that separate tags or have a meaning in a URL, as the inside of a regular expression's class."""
LETTER = rf"[^!-/:-@\[-`{{-~\u2010-\u2027\u2030-\u205e{INVISIBLE}]"
"""What a tag needs: a letter, digit or symbol; emoji count."""
_MARKS = re.compile("[\u061c\u200e\u200f\u2066-\u2069]")


class TagRefused(ValueError):
    """A tag is invalid. The text says why, for people."""


def clean_tag(untrusted: str, *, longest: int = MAX_TAG_LENGTH) -> str:
    """Return the canonical spelling of a tag, which may be longer: of a stored one, ``MAX_TAG_COLUMN``.

    Raises:
        TagRefused: it is empty, too long, or contains a forbidden character.

    >>> clean_tag("  Blue   HOUR ")
    'blue hour'
    """
    if len(untrusted) > longest:
        raise TagRefused(_("A tag can have up to %(count)d characters.") % {"count": longest})
    # A tag stands alone, so it needs no marks of direction; with them, equal tags would differ.
    text = " ".join(folded(_MARKS.sub("", clean_text(untrusted))).split())
    if not re.search(LETTER, text):
        raise TagRefused(_("A tag needs at least one letter."))
    if re.search(f"[{SEPARATORS}]", text):
        raise TagRefused(_("Tags can't contain commas, slashes, question marks, or number signs."))
    return text


def clean_tags(untrusted: Iterable[str]) -> list[str]:
    """Return the cleaned tags in alphabetical order, each once.

    Raises:
        TagRefused: one is invalid, or there are too many.
    """
    names = sorted({clean_tag(text) for text in untrusted})
    if len(names) > MAX_TAGS:
        raise TagRefused(_("A photo can have up to %(count)d tags.") % {"count": MAX_TAGS})
    return names


def typed_tags(text: str) -> list[str]:
    """Return the cleaned tags of a line of text, with commas of any script between them.

    >>> typed_tags("港、夕暮れ, sea")
    ['sea', '夕暮れ', '港']

    Raises:
        TagRefused: as ``clean_tags``.
    """
    return clean_tags(word for word in re.split("[,，、،]", text) if word.strip())


def tags_of(photo_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the tags of each photo that has any, in alphabetical order, by one query."""
    found: dict[UUID, list[str]] = {}
    rows = PhotoTag.objects.filter(photo_id__in=list(photo_ids)).order_by("tag__name")
    for photo_id, name in rows.values_list("photo_id", "tag__name"):
        found.setdefault(photo_id, []).append(name)
    return found


def with_more(before: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the tags with these cleaned ones added, up to as many as a photo may have."""
    new = [name for name in names if name not in before]
    return [*before, *new][: max(MAX_TAGS, len(before))]


def set_tags(photo_id: UUID, names: Sequence[str]) -> bool:
    """Set the photo's tags to these cleaned ones. Return whether any changed."""
    with transaction.atomic():
        before = set(tags_of([photo_id]).get(photo_id, []))
        wanted = set(names)
        if before == wanted:
            return False
        PhotoTag.objects.filter(photo_id=photo_id, tag__name__in=before - wanted).delete()
        Tag.objects.bulk_create([Tag(name=name) for name in wanted - before], ignore_conflicts=True)
        tags = Tag.objects.filter(name__in=wanted - before)
        PhotoTag.objects.bulk_create(
            [PhotoTag(photo_id=photo_id, tag=tag) for tag in tags], ignore_conflicts=True
        )
        words_changed.send(PhotoTag, photo_ids=[photo_id])
    return True
