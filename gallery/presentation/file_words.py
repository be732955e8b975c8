"""What a file says about itself in words, for its owner: as labels and values, and as tags to add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gallery.albums.tagging import MAX_TAGS, SEPARATORS, TagRefused, clean_tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_STARS = 5


def labeled(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return labels and values of the words, most useful first."""
    found = [
        (_("Title"), words.get("title")),
        (_("Description"), words.get("description")),
        (_("Rating"), _stars(int(words.get("rating", 0)))),
        (_("Creator"), words.get("artist")),
        (_("Copyright"), words.get("copyright")),
    ]
    return [(label, str(value)) for label, value in found if value]


def _stars(rating: int) -> str:
    return "★" * rating + "☆" * (MAX_STARS - rating) if 0 < rating <= MAX_STARS else ""


def offered_tags(words: Mapping[str, Any], tags: Sequence[str]) -> list[str]:
    """Return the file's keywords as tags that the photo doesn't have yet, as many as it may still get."""
    offered: dict[str, None] = {}
    for keyword in words.get("keywords", ()):
        # Keywords may name a place in a tree, such as "Places/Norway".
        text = re.sub(f"[{SEPARATORS}]", " ", str(keyword))
        try:
            offered[clean_tag(text)] = None
        except TagRefused:
            continue
    new = [tag for tag in offered if tag not in tags]
    return new[: max(0, MAX_TAGS - len(tags))]
