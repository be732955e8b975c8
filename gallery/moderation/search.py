"""Find photos by id, owner, file name or caption."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from gallery.accounts.models import User
from thumbworker.contract.text import nfc

if TYPE_CHECKING:
    from gallery.photos.querysets import PhotoQuerySet

MAX_OWNERS = 50


def matching(photos: PhotoQuerySet, untrusted_text: str) -> PhotoQuerySet:
    """Keep the photo with this id, else those whose file name, caption or owner contains the text."""
    text = nfc(untrusted_text.strip())
    # The URL of a photo's page is accepted, too.
    last_part = text.rstrip("/").rpartition("/")[2]
    try:
        return photos.filter(pk=UUID(last_part))
    except ValueError:
        pass
    # A separate query, because a condition over two tables can use no index.
    owners = list(User.objects.filter(username__icontains=text).values_list("pk", flat=True)[:MAX_OWNERS])
    return photos.filter(
        Q(file_name__icontains=text)
        | Q(caption__icontains=text)
        | Q(new_caption__icontains=text)
        | Q(owner_id__in=owners)
    )
