"""Every text on a page or in an email passes gettext: shown in a language that puts ⟦brackets⟧ round each.

What stands outside the brackets must be data: names, numbers, dates, what people typed.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from gallery.photos.states import State, Visibility
from tests.gallery.conftest import *  # noqa: F403 - the people and photos
from tests.gallery.conftest import PASSWORD
from tests.gallery.test_permission_matrix import World, routes, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

__all__ = ["world"]

LANGUAGE = "en-xa"
CONTEXT = "\x04"
SILENT = {"script", "style", "code", "kbd"}
ATTRIBUTES = {"title", "alt", "aria-label", "placeholder"}
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
DATA = re.compile(
    r"""[\w]+@example\.org|Contactsheet|alice|bob|charlie|admin|\bsea\b|\bSea\b|photo-\d+\.jpg|program
        |English|https?://\S+|/\S+/|cs_\w+|[\da-f]{8}(-[\da-f]{4,12}){4}|[\da-f]{64}|\bKB\b|\bMB\b""",
    re.VERBOSE,
)
NOT_FOR_PEOPLE = (
    # The API speaks English.
    "api/v1/",
    # Django names these from models and fields; only admins see them.
    "admin/^",
    "admin/accounts/",
    "admin/api/",
    "admin/photos/deletionrecord/",
    "admin/photos/takendown/",
)
LETTERS = re.compile(r"[^\W\d_]{2,}")


class PseudoTranslation(trans_real.DjangoTranslation):
    """A catalog of every text there is, ours and Django's."""

    def gettext(self, message: str) -> str:
        """Return the text in brackets."""
        return f"⟦{message.rpartition(CONTEXT)[2]}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the text for this number in brackets."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def pseudo_locale(monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper) -> Iterator[None]:
    settings.LANGUAGE_CODE, settings.LANGUAGES = LANGUAGE, [(LANGUAGE, "⟦⟧")]
    monkeypatch.setitem(trans_real._translations, LANGUAGE, PseudoTranslation(LANGUAGE))
    with translation.override(LANGUAGE):
        yield


class Texts(HTMLParser):
    """The texts of a page that stand outside all brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.attributes: list[str] = []
        self._silent = 0
        self._in_sidebar = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # The admin's sidebar names models, as Django does.
        self._in_sidebar |= ("id", "nav-sidebar") in attrs
        self._silent += tag in SILENT
        self.attributes += [value for name, value in attrs if name in ATTRIBUTES and value]
        self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self._in_sidebar &= tag != "nav"
        self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent or self._in_sidebar else data


def untranslated(text: str) -> list[str]:
    """Return the lines with words that are neither in brackets nor data."""
    while BRACKETED.search(text):
        text = BRACKETED.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = [DATA.sub("", line).strip() for line in text.splitlines()]
    return [line for line in lines if LETTERS.search(line)]


def untranslated_on_page(html: str) -> list[str]:
    page = Texts()
    page.feed(html)
    return [line for text in (page.text, *page.attributes) for line in untranslated(text)]


@pytest.mark.parametrize("name", ["anonymous", "alice", "charlie", "admin"])
@pytest.mark.usefixtures("pseudo_locale")
def test_pages__every_text_is_translated(name: str, world: World) -> None:
    client, person = Client(), world.people[name]
    missed: dict[str, list[str]] = {}
    if person:
        client.force_login(person)
    for route in sorted(set(routes())):
        if route.startswith(NOT_FOR_PEOPLE):
            continue
        response: Any = client.get(world.path_of(route))
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            missed[route] = untranslated_on_page(response.content.decode())
    assert len(missed) > 8
    assert {route: lines for route, lines in missed.items() if lines} == {}


@pytest.mark.parametrize("name", ["alice", "charlie"])
@pytest.mark.usefixtures("pseudo_locale", "empty_aws")
def test_photo_pages__every_text_is_translated(
    name: str, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    client = Client()
    client.force_login({"alice": alice, "charlie": charlie}[name])
    photos = [make_photo(alice, state) for state in State]
    photos += [
        make_photo(alice, State.FAILED, reason="damaged"),
        make_photo(alice, State.FAILED, reason="never_arrived"),
        make_photo(alice, visibility=Visibility.PRIVATE),
    ]
    for photo in photos:
        assert untranslated_on_page(client.get(photo.get_absolute_url()).text) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/sign-in/", {"username": "alice", "password": "x"}),
        ("/sign-up/", {"username": "a@b", "email": "x", "password1": "1"}),
        ("/password/", {"email": "x"}),
    ],
)
@pytest.mark.usefixtures("pseudo_locale", "db")
def test_forms__every_refusal_is_translated(path: str, data: dict[str, str]) -> None:
    assert untranslated_on_page(Client().post(path, data).text) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/upload/", {}),
        ("/albums/new/", {"title": "sea", "visibility": "private"}),
        ("/albums/new/", {"title": ""}),
        ("/me/email/", {"email": "new@example.org"}),
        ("/me/password/", {"oldpassword": "x"}),
        ("/me/delete/", {"password": "x"}),
        ("/me/notifications/", {"rhythm": "off"}),
        ("/me/notifications/", {}),
        ("/me/tokens/", {"name": "program", "scopes": ["read"], "days": "30"}),
        ("/photos/{id}/edit/", {"caption": "sea", "visibility": "public"}),
        ("/photos/{id}/organize/", {"tags": "sea"}),
        ("/photos/{id}/organize/", {"tags": "a?b"}),
        ("/photos/{id}/trash/", {}),
        ("/photos/{id}/purge/", {}),
        ("/photos/{id}/restore/", {}),
    ],
)
@pytest.mark.usefixtures("pseudo_locale", "empty_aws")
def test_messages__are_translated(
    path: str, data: dict[str, str], alice: User, make_photo: PhotoFactory
) -> None:
    client, photo = Client(), make_photo(alice)
    client.force_login(alice)
    response = client.post(path.format(id=photo.pk), data, follow=True)
    assert untranslated_on_page(response.text) == []


@pytest.mark.usefixtures("pseudo_locale")
def test_emails__every_text_is_translated(alice: User) -> None:
    Client().post("/password/", {"email": alice.email})
    signed_in, visitor = Client(), Client()
    signed_in.force_login(alice)
    signed_in.post("/me/email/", {"email": "new@example.org"})
    fields = {"username": "bob", "email": alice.email, "password1": PASSWORD}
    visitor.post("/sign-up/", fields)
    visitor.post("/sign-out/")
    visitor.post("/sign-in/", {"username": "alice", "password": PASSWORD})
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        assert untranslated(f"{message.subject}\n{message.body}") == []
