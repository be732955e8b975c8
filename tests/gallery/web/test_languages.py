"""Pages, emails and the API speak the reader's language: that of the person, the cookie, or the browser."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from gallery.accounts.emails import queue, send_queued
from gallery.accounts.models import QueuedEmail, User
from gallery.notifications.emails import compose
from gallery.notifications.models import Rhythm
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.gallery.conftest import PhotoFactory

JAPANESE = {"Accept-Language": "ja-JP,ja;q=0.9,en;q=0.8"}
SIGN_IN = "/sign-in/"


def language_of_page(client: Client, path: str = SIGN_IN, **headers: str) -> str:
    text = client.get(path, headers=headers or None).text
    return text.partition('<html lang="')[2].partition('"')[0]


def choose(client: Client, language: str, **fields: str) -> Any:
    return client.post("/language/", {"language": language, **fields})


def sign_in(client: Client, **headers: str) -> Any:
    return client.post(SIGN_IN, {"username": "alice", "password": PASSWORD}, headers=headers or None)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP,en;q=0.5", "ja"),
        ("de,ja;q=0.5", "ja"),
        ("en-GB,ja;q=0.5", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
@pytest.mark.usefixtures("db")
def test_page__is_in_language_of_browser(accepted: str, language: str) -> None:
    response = Client().get(SIGN_IN, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in response.text
    assert response["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.usefixtures("db")
def test_thread__keeps_no_language_of_a_request() -> None:
    Client().get(SIGN_IN, headers=JAPANESE)
    assert translation.get_language() == "en"


@pytest.mark.usefixtures("db")
def test_choice__is_kept_in_browser_and_goes_back() -> None:
    client = Client()
    response = choose(client, "ja", next="/albums/")
    assert (response.status_code, response["Location"]) == (HTTPStatus.FOUND, "/albums/")
    cookie = client.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("ja", True, "Lax")
    assert language_of_page(client, **{"Accept-Language": "en"}) == "ja"
    choose(client, "")
    assert language_of_page(client, **{"Accept-Language": "en"}) == "en"


@pytest.mark.parametrize("untrusted", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
@pytest.mark.usefixtures("db")
def test_choice__leads_to_no_other_site(untrusted: str) -> None:
    assert choose(Client(), "ja", next=untrusted)["Location"] == "/"


@pytest.mark.parametrize("untrusted", ["de", "ja\0", "JA", "x" * 500, "../ja"])
def test_choice__refuses_other_languages(untrusted: str, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert choose(client, untrusted).status_code == HTTPStatus.BAD_REQUEST
    assert client.post("/language/").status_code == HTTPStatus.BAD_REQUEST
    alice.refresh_from_db()
    assert alice.language == ""
    assert "language" not in client.cookies


def test_choice__needs_form_of_this_site(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert choose(client, "ja").status_code == HTTPStatus.FORBIDDEN


@pytest.mark.usefixtures("db")
def test_cookie__of_unknown_language_is_ignored() -> None:
    client = Client()
    client.cookies["language"] = "../../etc"
    assert language_of_page(client, **JAPANESE) == "ja"


def test_person__has_their_language_on_next_device(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    choose(client, "ja")
    other = Client()
    sign_in(other)
    assert language_of_page(other, "/me/") == "ja"
    other.post("/sign-out/")
    assert language_of_page(other) == "en"


def test_person__who_chose_before_signing_in_keeps_it(alice: User) -> None:
    client = Client()
    choose(client, "ja")
    sign_in(client)
    alice.refresh_from_db()
    assert (alice.language, alice.browser_language) == ("ja", "")
    assert language_of_page(client, "/me/") == "ja"


def test_person__keeps_their_language_where_another_was_chosen(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    client = Client()
    choose(client, "ja")
    sign_in(client)
    alice.refresh_from_db()
    assert alice.language == "en"
    assert language_of_page(client, "/me/", **JAPANESE) == "en"


@pytest.mark.parametrize(
    ("chosen", "browser", "language"),
    [("ja", "en", "ja"), ("", "ja", "ja"), ("en", "ja", "en"), ("", "", "en")],
)
def test_email__is_in_language_of_its_reader(alice: User, chosen: str, browser: str, language: str) -> None:
    alice.language, alice.browser_language = chosen, browser
    with translation.override("en" if language == "ja" else "ja"):
        queue("password_reset", alice, {"link": "https://gallery.example/"})
    with translation.override(language):
        queue("password_reset", alice, {"link": "https://gallery.example/"})
    said, wanted = QueuedEmail.objects.values_list("subject", "body")
    assert said == wanted


def test_email__follows_browser_that_signed_in_last(alice: User) -> None:
    client = Client()
    sign_in(client, **JAPANESE)
    alice.refresh_from_db()
    assert (alice.language, alice.browser_language) == ("", "ja")
    sign_in(Client())
    alice.refresh_from_db()
    assert alice.browser_language == "en"


@pytest.mark.usefixtures("db")
def test_sign_up__sends_first_email_in_its_language() -> None:
    fields = {"username": "hanako", "email": "hanako@example.org", "password1": PASSWORD}
    Client().post("/sign-up/", fields, headers=JAPANESE)
    send_queued()
    person = User.objects.get(username="hanako")
    assert person.browser_language == "ja"
    with translation.override("ja"):
        subject = translation.gettext("Confirm your email address for Contactsheet")
    assert [message.subject for message in mail.outbox] == [subject]


def test_email_about_photos__is_in_language_of_owner(alice: User, make_photo: PhotoFactory) -> None:
    alice.language = "ja"
    message = compose(alice, [make_photo(alice)], [], Rhythm.DAILY)
    assert '<html lang="ja">' in str(message.alternatives[0].content)


@pytest.mark.usefixtures("db")
def test_api__explains_problems_in_language_of_request() -> None:
    client = Client()
    english, japanese = (client.get("/api/v1/me", headers=headers) for headers in (None, JAPANESE))
    with translation.override("ja"):
        wanted = translation.gettext("Send your token in the header Authorization: Bearer.")
    assert json.loads(japanese.content)["detail"] == wanted
    assert json.loads(english.content) | {"detail": wanted} == json.loads(japanese.content)
    assert "Accept-Language" in japanese["Vary"]


@pytest.mark.usefixtures("empty_aws", "db")
def test_shared_copy__is_of_one_language(settings: SettingsWrapper) -> None:
    settings.ORIGIN_SECRET = "x" * 40
    headers = {"X-Origin-Secret": settings.ORIGIN_SECRET}
    response = Client().get("/", headers=headers | JAPANESE)
    assert "s-maxage" in response["Cache-Control"]
    assert "Accept-Language" in response["Vary"]
    chosen = Client()
    chosen.cookies["language"] = "ja"
    assert "no-store" in chosen.get("/", headers=headers)["Cache-Control"]


@pytest.mark.usefixtures("db")
def test_script_texts__are_those_that_the_address_names() -> None:
    client = Client()
    japanese = client.get("/jsi18n/?ja", headers={"Accept-Language": "en"})
    english = client.get("/jsi18n/?en", headers=JAPANESE)
    assert len(japanese.text) > len(english.text)
    assert (japanese["Content-Language"], english["Content-Language"]) == ("ja", "en")
    assert not {"Accept-Language", "Cookie"} & set(japanese["Vary"].split(", "))
    other = client.get("/jsi18n/?x", headers=JAPANESE)
    assert other.text == japanese.text
    assert "Accept-Language" in other["Vary"]


def test_page_for_no_connection__is_in_language_of_person(client: Client) -> None:
    worker = client.get("/service-worker.js", headers=JAPANESE)
    assert "offline/?ja" in worker.text.encode().decode("unicode_escape")
    assert '<html lang="ja">' in client.get("/offline/?ja").text


@pytest.mark.django_db
def test_choice__keeps_the_query_of_the_page(client: Client) -> None:
    page = client.get("/search/?q=sea&sort=old").content.decode()
    assert f'?next={quote("/search/?q=sea&sort=old")}"' in page
