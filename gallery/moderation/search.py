"""Find photos by id, owner, file name, caption or alternative text.

The texts of the search name the photos that may have the words, so that no table is read as a whole. They
also have words that moderators don't read, such as private album titles; so what they name is compared with
the columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from gallery.accounts.models import User
from gallery.core.paginator import MAX_COUNTED_ROWS
from gallery.photos.states import State
from gallery.search.folding import folded_for_search
from gallery.search.index import contains_all, contains_in_any_case
from thumbworker.contract.text import nfc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gallery.photos.querysets import PhotoQuerySet

WORDS = ("caption", "new_caption", "alt_text", "new_alt_text")
MAX_OWNERS = 5
MOST_FOUND = MAX_COUNTED_ROWS
"""Photos of each kind that a search finds, the latest first. A longer search finds others."""


def matching(photos: PhotoQuerySet, untrusted_text: str) -> PhotoQuerySet:
    """Keep the photo with this id, else those whose file name, words or owner contains the text.

    Costs three queries, and one for each owner of such a name.
    """
    text = nfc(untrusted_text.strip())
    # The URL of a photo's page is accepted, too.
    last_part = text.rstrip("/").rpartition("/")[2]
    try:
        return photos.filter(pk=UUID(last_part))
    except ValueError:
        pass
    return photos.filter(pk__in={*_with_words(photos, text), *_of_owners(photos, text)})


def _with_words(photos: PhotoQuerySet, text: str) -> Iterator[UUID]:
    has_words = contains_in_any_case(("file_name", *WORDS), text)
    folded = folded_for_search(text)
    named = photos.filter(contains_all("own_text", [folded] if folded else [], through="search_text"))
    latest = named.filter(has_words).order_by("-search_text__timeline_at", "-search_text__photo_id")
    yield from latest.values_list("pk", flat=True)[:MOST_FOUND]
    # A photo gets its text once it is processed. Few are not.
    awaiting = photos.filter(has_words, state=State.AWAITING).newest_first()
    yield from awaiting.values_list("pk", flat=True)[:MOST_FOUND]


def _of_owners(photos: PhotoQuerySet, text: str) -> Iterator[UUID]:
    owners = User.objects.filter(username__icontains=text).order_by("username")
    for owner_id in owners.values_list("pk", flat=True)[:MAX_OWNERS]:
        latest = photos.filter(owner_id=owner_id).newest_first()
        yield from latest.values_list("pk", flat=True)[:MOST_FOUND]
