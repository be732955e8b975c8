"""Finding a photo by its id, its owner's name, or its words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from gallery.accounts.models import User

if TYPE_CHECKING:
    from gallery.photos.querysets import PhotoQuerySet

MOST_OWNERS = 50


def matching(photos: PhotoQuerySet, untrusted_text: str) -> PhotoQuerySet:
    """Keep the photo with this id, else those whose file name, caption or owner's name holds the text."""
    text = untrusted_text.strip()
    # The address of a photo's page may be pasted as it is.
    last_part = text.rstrip("/").rpartition("/")[2]
    try:
        return photos.filter(pk=UUID(last_part))
    except ValueError:
        pass
    # Looked up first: one condition over two tables could use no index of either.
    owners = list(User.objects.filter(username__icontains=text).values_list("pk", flat=True)[:MOST_OWNERS])
    return photos.filter(Q(file_name__icontains=text) | Q(caption__icontains=text) | Q(owner_id__in=owners))
