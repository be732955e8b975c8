"""Changes of a photo's words and of who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from gallery.accounts.trust import is_trusted
from gallery.photos import transitions
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User


WORDS_WAIT = "Saved. The new words wait for review; until then only you can see the photo."


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    visibility: str | None = None,
    tags_changed: bool = False,
) -> bool:
    """Change what is given; tell whether the photo went back to review because its words are new.

    Both happen or neither, so that no new words stay public unread.
    """
    wanted = {"caption": caption, "visibility": visibility}
    changes = {name: value for name, value in wanted.items() if value is not None}
    rows = Photo.objects.filter(pk=photo_id)
    with transaction.atomic():
        words_are_new = tags_changed or (caption is not None and rows.exclude(caption=caption).exists())
        if changes:
            rows.update(**changes)
        return words_are_new and not is_trusted(actor) and transitions.words_changed(photo_id, actor=actor)
