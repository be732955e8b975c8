"""A request header that changes a page is named by Vary and is part of CloudFront's cache key."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from gallery.albums.models import Album
from gallery.albums.tagging import set_tags
from gallery.core.gateway_middleware import REQUEST_ID_HEADER
from gallery.photos.states import Visibility
from tests.gallery.stores import ready_item
from tests.gallery.test_permission_matrix import routes
from tests.templates import load

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

ORIGIN = "https://other.example"
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, br",
    "Accept-Language": "ja",
    "Authorization": "Bearer unknown",
    "Content-Type": "application/json",
    "DNT": "1",
    "HX-Boosted": "true",
    "HX-Current-URL": f"{ORIGIN}/search/?q=sea",
    "HX-History-Restore-Request": "true",
    "HX-Prompt": "yes",
    "HX-Request": "true",
    "HX-Target": "results",
    "HX-Trigger": "more",
    "HX-Trigger-Name": "more",
    "Origin": ORIGIN,
    "Purpose": "prefetch",
    "Referer": f"{ORIGIN}/",
    "Save-Data": "on",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "User-Agent": "curl/8",
    "X-CSRFToken": "a",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Host": "other.example",
    "X-Forwarded-Proto": "http",
    "X-HTTP-Method-Override": "DELETE",
    "X-Original-URL": "/sign-in/",
    "X-Requested-With": "XMLHttpRequest",
    "X-Rewrite-URL": "/sign-in/",
}
LIKELY = {name: value for name, value in HEADERS.items() if name.startswith(("HX-", "Origin"))}
OTHERS = {name: value for name, value in HEADERS.items() if name not in LIKELY}
BY_OTHER_POLICY = {"cookie", "accept-encoding"}
"""The key holds them by ``CookiesConfig`` and ``EnableAcceptEncoding…``."""
SEARCHES = ("/search/?q=sea", "/search/?q=sea&part=results", "/search/suggestions/?q=sea")
PASSING = re.compile(rb'(?<=csrfmiddlewaretoken" value=")\w+|(?<=\?)X-Amz-[^\s",]+')
KEY = load("site")["Resources"]["PageCache"]["Properties"]["CachePolicyConfig"][
    "ParametersInCacheKeyAndForwardedToOrigin"
]
KEY_HEADERS = {name.lower() for name in KEY["HeadersConfig"]["Headers"]}


@pytest.fixture
def paths(alice: User, make_photo: PhotoFactory, stores: Stores, settings: SettingsWrapper) -> list[str]:
    """Return the paths of all public pages without an id, of a public photo, its album and its tag."""
    settings.API_CORS_ORIGINS = [ORIGIN]
    photo = make_photo(alice)
    stores.put_item(ready_item(photo))
    set_tags(photo.pk, ["sea"])
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    album.photos.add(photo)
    plain = [f"/{route}" for route in routes() if not re.search(r"[<^$(]|^admin/|^health/ready", route)]
    shown = [path for path in plain if Client().get(path).status_code == HTTPStatus.OK]
    return [*shown, photo.get_absolute_url(), album.get_absolute_url(), "/tags/sea/", *SEARCHES, "/nowhere/"]


def vary(response: Any) -> set[str]:
    return {name.strip().lower() for name in response.headers.get("Vary", "").split(",") if name.strip()}


def body_at(path: str) -> str:
    return Client().get(path).content.decode()


def what_is_said(response: Any) -> tuple[object, ...]:
    """Return the answer without what differs between two equal requests."""
    body = b"".join(response) if response.streaming else response.content
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in {REQUEST_ID_HEADER, "Vary", "Content-Length", "ETag", "Expires"}
    }
    return response.status_code, headers, PASSING.sub(b"", body)


def unnamed_differences(path: str, base: dict[str, str]) -> list[str]:
    """Return the headers that change the answer at this path beside ``base``, and are not named."""
    plain = Client().get(path, headers=base)
    said = what_is_said(plain)
    # All at once first: they change nothing on most pages.
    together = what_is_said(Client().get(path, headers=base | OTHERS)) != said
    found = []
    for name, value in (OTHERS | LIKELY if together else LIKELY).items():
        other = Client().get(path, headers=base | {name: value})
        named = vary(plain) & vary(other) & (KEY_HEADERS | BY_OTHER_POLICY)
        if what_is_said(other) != said and name.lower() not in named:
            found.append(f"{path}: {name}")
    return found


@pytest.mark.parametrize("base", [{}, {"HX-Request": "true"}], ids=["plain", "htmx"])
@pytest.mark.slow
def test_pages__name_each_header_that_changes_them(paths: list[str], base: dict[str, str]) -> None:
    assert [found for path in paths for found in unnamed_differences(path, base)] == []


def test_cache_key__has_each_header_that_a_page_names(paths: list[str]) -> None:
    named = {name for path in paths for name in vary(Client().get(path))}
    assert {"hx-request", "hx-history-restore-request", "origin"} <= named
    assert named <= KEY_HEADERS | BY_OTHER_POLICY
    assert KEY["CookiesConfig"]["CookieBehavior"] == "all"
    assert KEY["EnableAcceptEncodingGzip"]


def test_search__address_says_which_part_is_asked_for(paths: list[str]) -> None:
    page, results, suggestions = map(body_at, SEARCHES)
    assert "<html" in page
    assert "?part=results" in page
    assert "?photos=no" in page
    assert "?photos=no" not in body_at("/")
    assert "<html" not in results
    assert "first-photos" in suggestions
    assert "first-photos" not in body_at(f"{SEARCHES[-1]}&photos=no")
