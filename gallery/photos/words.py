"""Changes of a photo's words and of who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.settle import is_trusted

if TYPE_CHECKING:
    from gallery.accounts.models import User


def change_words(
    photo: Photo,
    *,
    actor: User,
    caption: str | None = None,
    visibility: str | None = None,
    tags_changed: bool = False,
) -> bool:
    """Change what is given; tell whether the photo went back to review because its words are new."""
    wanted = {"caption": caption, "visibility": visibility}
    changes = {name: value for name, value in wanted.items() if value is not None}
    if changes:
        Photo.objects.filter(pk=photo.pk).update(**changes)
    words_are_new = tags_changed or (caption is not None and caption != photo.caption)
    return words_are_new and not is_trusted(actor) and transitions.words_changed(photo.pk, actor=actor)
