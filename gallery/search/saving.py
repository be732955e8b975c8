"""Save a search under a name: what can be asked for is what the search page can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.albums.actions import LimitReached, save_search
from gallery.core import reasons
from gallery.search.query import parse

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.albums.models import SmartAlbum
    from gallery.core.reasons import Reason


class NotSaved(Exception):
    """The search was not saved; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def save(owner: User, *, title: str, query: str) -> SmartAlbum:
    """Save a search as a smart album.

    Raises:
        NotSaved: there is nothing to search for, or the account has as many as it may.
    """
    asked = parse(query)
    if asked.refusal or not asked.terms:
        raise NotSaved(asked.refusal or reasons.SEARCH_TOO_SHORT)
    try:
        return save_search(owner, title=title, query=query)
    except LimitReached as refusal:
        raise NotSaved(refusal.reason) from refusal
