"""Pages in Japanese are in Japanese: no English is left in them, where that can be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from gallery.photos.states import State, Visibility
from tests.gallery.conftest import *  # noqa: F403 - the people and photos
from tests.gallery.test_permission_matrix import World, routes, world
from tests.pages.test_pseudo_locale import DATA, Texts

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

__all__ = ["world"]

JAPANESE = {"Accept-Language": "ja"}
NAMES = re.compile(
    r"""(?<![A-Za-z])(contactsheet\.json|not-downloaded\.txt|XMP|JavaScript|OpenStreetMap|IP|JPEG|PNG|WebP|AVIF|GIF|HEIC|TIFF|BMP|RAW|SVG|HEIF|MPO|API|URL|UTC|ISO|QR|RFC|AWS|CSV|IDs?
        |KB|MB|GB|TB|sRGB|Idempotency-Key|Retry-After|Allow|Authorization|Bearer|errors|is|no|caption|favorite|archived
        |landscape|portrait|square|jpeg|heif|png|raw|moderate|wordsMark|manage\.py|rerender|resume|Live|Photos|Esc)(?![A-Za-z])""",
    re.VERBOSE,
)
API = "api/v1/"
DJANGO = ("admin/accounts/user/",)
"""Of these pages Django's own catalog lacks some sentences."""
BY_DJANGO = re.compile(
    r"^(True|False|Search)$|^cs_|^(Moderators|Trusted|Takedown|Not theirs|read)$|^(Share|Sha256|Dhash):$"
)
"""Alternative texts of Django's icons, names of groups and other data, and digests."""
WORD = re.compile(r"[A-Za-z]{2,}")


def english_in(html: str) -> list[str]:
    """Return the lines with Latin words that are neither data nor names."""
    page = Texts()
    page.feed(html)
    lines = [line for text in (page.text, *page.attributes) for line in text.splitlines()]
    return [
        line.strip()
        for line in lines
        if WORD.search(NAMES.sub("", DATA.sub("", line))) and not BY_DJANGO.search(line.strip())
    ]


@pytest.mark.parametrize("name", ["anonymous", "alice", "charlie", "admin"])
def test_pages__have_no_english(name: str, world: World) -> None:
    client, person = Client(headers=JAPANESE), world.people[name]
    left: dict[str, list[str]] = {}
    if person:
        client.force_login(person)
    for route in sorted(set(routes())):
        if route.startswith((API, *DJANGO)):
            continue
        response: Any = client.get(world.path_of(route))
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            left[route] = english_in(response.text)
    assert len(left) > 8
    assert {route: lines for route, lines in left.items() if lines} == {}


@pytest.mark.parametrize("name", ["alice", "charlie"])
@pytest.mark.usefixtures("empty_aws")
def test_photo_pages__have_no_english(
    name: str, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    client = Client(headers=JAPANESE)
    client.force_login({"alice": alice, "charlie": charlie}[name])
    photos = [make_photo(alice, state) for state in State]
    photos += [make_photo(alice, State.FAILED, reason=reason) for reason in ("damaged", "never_arrived")]
    photos.append(make_photo(alice, visibility=Visibility.PRIVATE))
    for photo in photos:
        assert english_in(client.get(photo.get_absolute_url()).text) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/sign-in/", {"username": "alice", "password": "x"}),
        ("/sign-up/", {"username": "a@b", "email": "x", "password1": "1"}),
        ("/sign-up/", {}),
        ("/password/", {"email": "x"}),
        ("/language/", {"language": "de"}),
    ],
)
@pytest.mark.usefixtures("db")
def test_forms__refuse_in_japanese(path: str, data: dict[str, str]) -> None:
    assert english_in(Client(headers=JAPANESE).post(path, data).text) == []
