"""The page of a search. Its address is the search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, Page
from gallery.presentation.search_terms import in_words
from gallery.presentation.tiles import tiles_of
from gallery.search.find import page_of_matching
from gallery.search.periods import period_meant
from gallery.search.query import FILTERS, FORMATS, Kind, parse, written
from gallery.search.suggest import COUNTED_UP_TO, suggest
from gallery.search.time_limit import TooBroad
from gallery.web.limits import SEARCHES, wait_seconds
from gallery.web.sheets import page_context, render_list

if TYPE_CHECKING:
    from gallery.accounts.typing import Request
    from gallery.search.query import Query, Term


FIRST_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Chip:
    """One term of a search in words, and the search without it."""

    words: str
    is_filter: bool
    without_url: str


@dataclass(frozen=True, slots=True)
class Option:
    """A filter that is suggested, and the search with it."""

    kind: str
    name: str
    count: int
    url: str


@require_safe
def search(request: Request) -> HttpResponse:
    """Show the photos that the query asks for: public ones, and the person's own."""
    if chosen := [written(kind, request.GET[kind]).text for kind in Kind if request.GET.get(kind)]:
        # The form of filters: its choices become part of the query, which is the address.
        return redirect(_address(" ".join([request.GET.get("q", ""), *chosen]).strip()))
    query = parse(request.GET.get("q", ""))
    wait = wait_seconds(request, SEARCHES) if query.terms else 0
    page, refusal = (Page([], ""), _too_fast()) if wait else _found(request, query)
    context = page_context(request, page, title=_title(query), q=str(query))
    context |= {
        "query": str(query) or request.GET.get("q", "").strip(),
        "chips": [_chip(query, term) for term in query.terms],
        "notes": query.notes,
        "refusal": refusal,
        "has_terms": bool(query.terms),
        "formats": FORMATS,
        "period": _period(str(query)),
        "is_search_page": True,
        # A photo's page leads on within the search that it was found by.
        "tile_query": f"?{urlencode({'q': query})}" if query.terms else "",
    }
    if request.user.is_authenticated:
        context["selection"] = {"kind": "search", "all": ""}
        context["all_found"] = urlencode({"q": str(query)})
        context["has_own"] = any(tile.is_mine for tile in context["tiles"])
    if request.GET.get("part") == "results":
        # The box asks for the results again while a person types. The address says so, which all caches know.
        response = render(request, "search/_results.html", context | {"eager_tiles": 0})
    else:
        response = render_list(request, "search/search.html", context)
    return _refused(response, wait) if wait else response


@require_safe
def suggestions(request: Request) -> HttpResponse:
    """Answer the search box while a person types: filters that fit, and the first photos.

    The page of a search shows the photos itself, so its box asks for none (``photos=no``).
    """
    text = request.GET.get("q", "")
    if wait := wait_seconds(request, SEARCHES):
        return _refused(HttpResponse(), wait)
    try:
        offered = suggest(text, request.user)
    except TooBroad:
        offered = []
    page, asked = Page([], ""), parse(text)
    if request.GET.get("photos") != "no":
        page, _refusal = _found(request, asked, size=FIRST_PHOTOS)
    context = {
        "period": _period(text),
        "options": [Option(one.kind, one.name, one.count, _address(one.query)) for one in offered],
        "counted_up_to": COUNTED_UP_TO,
        "tiles": tiles_of(page.photos, request.user)[0],
        "tile_query": f"?{urlencode({'q': asked})}" if asked.terms else "",
        "all_url": _address(text.strip()),
    }
    return render(request, "search/_suggestions.html", context)


def _period(text: str) -> Option | None:
    """Return the month or year that the text may mean, and the search for its photos."""
    meant = period_meant(text)
    return Option("period", meant[0], 0, _address(meant[1])) if meant else None


def _found(request: Request, query: Query, *, size: int = PAGE_SIZE) -> tuple[Page, reasons.Reason | None]:
    """Return the page of photos, and why there is none."""
    if query.refusal or not query.terms:
        return Page([], ""), query.refusal
    photos = Photo.objects.visible_to(request.user, as_moderator=False).not_trashed()
    try:
        cursor = request.GET.get("cursor", "")
        return page_of_matching(photos, query, request.user, cursor=cursor, size=size), None
    except TooBroad:
        return Page([], ""), reasons.SEARCH_TOO_BROAD


def _too_fast() -> reasons.Reason:
    return replace(reasons.TOO_FAST, message=_("Too many searches at once. Wait a minute, then try again."))


def _refused(response: HttpResponse, wait: int) -> HttpResponse:
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(wait)
    return response


def _title(query: Query) -> str:
    return _("Search: %(query)s") % {"query": query} if query.terms else _("Search")


def _chip(query: Query, term: Term) -> Chip:
    return Chip(in_words(term), term.kind in FILTERS, _address(query.without(term)))


def _address(query: str) -> str:
    return reverse("search") + (f"?{urlencode({'q': query})}" if query else "")
