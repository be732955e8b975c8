"""The page of a search. Its address is the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.paging import Page
from gallery.presentation.search_terms import in_words
from gallery.search.find import page_of_matching
from gallery.search.query import FILTERS, parse
from gallery.search.time_limit import TooBroad
from gallery.web.sheets import page_context, render_list

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import Request
    from gallery.search.query import Query


@dataclass(frozen=True, slots=True)
class Chip:
    """One term of a search in words, and the search without it."""

    words: str
    is_filter: bool
    without_url: str


@require_safe
def search(request: Request) -> HttpResponse:
    """Show the photos that the query asks for: public ones, and the person's own."""
    query = parse(request.GET.get("q", ""))
    page, refusal = _found(request, query)
    context = page_context(request, page, title=_title(query), q=str(query))
    context |= {
        "query": str(query) or request.GET.get("q", "").strip(),
        "chips": [_chip(query, term) for term in query.terms],
        "notes": query.notes,
        "refusal": refusal,
        "has_terms": bool(query.terms),
    }
    return render_list(request, "search/search.html", context)


def _found(request: Request, query: Query) -> tuple[Page, reasons.Reason | None]:
    """Return the page of photos, and why there is none."""
    if query.refusal or not query.terms:
        return Page([], ""), query.refusal
    photos = Photo.objects.visible_to(request.user, as_moderator=False).not_trashed()
    try:
        return page_of_matching(photos, query, request.user, cursor=request.GET.get("cursor", "")), None
    except TooBroad:
        return Page([], ""), reasons.SEARCH_TOO_BROAD


def _title(query: Query) -> str:
    return _("Search: %(query)s") % {"query": query} if query.terms else _("Search")


def _chip(query: Query, term: Any) -> Chip:
    address = reverse("search")
    if rest := query.without(term):
        address += "?" + urlencode({"q": rest})
    return Chip(in_words(term), term.kind in FILTERS, address)
