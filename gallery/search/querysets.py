"""Which text of a photo a reader searches, and which rows are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from gallery.search import index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.search.models import SearchText  # noqa: F401 - names the type in the base class


class SearchTextQuerySet(models.QuerySet["SearchText"]):
    """Texts, by who searches them."""

    def stale(self) -> SearchTextQuerySet:
        """Keep texts that lack what the worker found."""
        return self.filter(is_stale=True)


def containing(texts: Iterable[str], viewer: User | AnonymousUser) -> Q:
    """Return the condition that a photo has all these folded texts among the words that the viewer reads.

    Owners search their own words, all others the public ones. Whether the viewer may see the photo itself is
    ``PhotoQuerySet.visible_to``.
    """
    wanted = list(texts)
    if not wanted:
        return Q()
    public = index.contains_all("public_text", wanted, through="search_text")
    if viewer.is_anonymous:
        return public
    own = index.contains_all("own_text", wanted, through="search_text")
    # Written as alternatives over one table, for which PostgreSQL joins two indexes.
    return (Q(search_text__owner=viewer.pk) & own) | (~Q(search_text__owner=viewer.pk) & public)
