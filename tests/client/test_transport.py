"""HTTP: what is repeated, what is not, and who gets to see the token."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from contactsheet.engine.content import Content
from contactsheet.engine.interfaces import Refusal, Unavailable
from contactsheet.exits import NotSignedIn
from contactsheet.transport import PAUSES_SECONDS, Transport
from tests.client.site import TOKEN, Answer, Site, problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ME = "/api/v1/me"
CUT = Answer(0)


@pytest.fixture
def pauses() -> list[float]:
    """Return what was waited, in seconds; nobody really waits."""
    return []


@pytest.fixture
def transport(site: Site, pauses: list[float]) -> Iterator[Transport]:
    """Return a transport to the site."""
    with Transport(site.address, TOKEN, pause=pauses.append) as found:
        yield found


def test_the_gallery_gets_the_token_and_the_store_does_not(site, transport, tmp_path):
    site.answers("GET", ME, Answer(200, {}))
    site.answers("GET", "/picture", Answer(200, b"bytes"))
    transport.ask("GET", "/me")
    with transport.fetch(f"{site.address}/picture") as answer:
        assert answer.content == b"bytes"
    assert [asked.headers.get("Authorization") for asked in site.asked] == [f"Bearer {TOKEN}", None]


def test_a_netrc_does_not_replace_the_token(site, transport, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    site.answers("GET", ME, Answer(200, {}))
    transport.ask("GET", "/me")
    assert site.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("trouble", [CUT, Answer(500), Answer(503), problem(504, "x")])
def test_trouble_that_passes_is_waited_for(site, transport, pauses, trouble):
    site.answers("GET", ME, trouble, trouble, Answer(200, {"name": "alice"}))
    assert transport.ask("GET", "/me").json() == {"name": "alice"}
    assert pauses == list(PAUSES_SECONDS[:2])
    assert transport.counts == {"GET gallery": 3}


def test_trouble_that_stays_is_told(site, transport, pauses):
    site.answers("GET", ME, Answer(502))
    with pytest.raises(Unavailable, match="Nothing is lost"):
        transport.ask("GET", "/me")
    assert pauses == list(PAUSES_SECONDS)


def test_it_waits_as_long_as_it_is_asked_to(site, transport, pauses):
    too_fast = problem(429, "too_fast", Retry_After="7")
    site.answers("GET", ME, *[too_fast] * 8, Answer(200, {}))
    transport.ask("GET", "/me")
    assert pauses == [7.0] * 8


def test_a_refusal_is_not_repeated(site, transport):
    site.answers("GET", ME, problem(404, "not_found", "There is nothing here."))
    with pytest.raises(Refusal, match="There is nothing here") as caught:
        transport.ask("GET", "/me")
    assert caught.value.reason == "not_found"
    assert len(site.asked) == 1


@pytest.mark.parametrize(("status", "reason"), [(401, "token_invalid"), (403, "scope_missing")])
def test_a_token_that_is_not_taken(site, transport, status, reason):
    site.answers("GET", ME, problem(status, reason))
    with pytest.raises(NotSignedIn) as caught:
        transport.ask("GET", "/me")
    assert caught.value.reason == reason


def test_an_answer_in_other_words_is_still_named(site, transport):
    site.answers("GET", ME, Answer(418, b"<html>teapot</html>", {"Content-Type": "text/html"}))
    with pytest.raises(Refusal, match="418") as caught:
        transport.ask("GET", "/me")
    assert caught.value.reason == "status_418"


@pytest.mark.parametrize(
    "trouble", [CUT, Answer(503), Answer(409), Answer(400, b"<Error><Code>RequestTimeout</Code></Error>")]
)
def test_a_put_begins_again_from_the_first_byte(site, transport, tmp_path, trouble):
    site.answers("PUT", "/place", trouble, Answer(200))
    status, counted = put(transport, site, tmp_path)
    assert (status, counted) == ((200, ""), 9)
    assert [asked.body for asked in site.asked] == [b"all of it"] * 2


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(412, b"<Error><Code>PreconditionFailed</Code></Error>", "PreconditionFailed"), (403, b"no", "")],
)
def test_what_the_store_says_is_given_back(site, transport, tmp_path, status, body, code):
    site.answers("PUT", "/place", Answer(status, body))
    assert put(transport, site, tmp_path)[0] == (status, code)
    (asked,) = site.asked
    assert asked.headers["x-amz-meta-owner"] == "7"
    assert asked.headers["Content-Length"] == "9"


def put(transport: Transport, site: Site, folder: Path) -> tuple[tuple[int, str], int]:
    counted: list[int] = []
    path = folder / "photo.jpg"
    path.write_bytes(b"all of it")
    with path.open("rb") as file:
        content = Content(file, 9, sent=counted.append, stopping=threading.Event())
        told = transport.put(f"{site.address}/place", {"x-amz-meta-owner": "7"}, content)
    return told, sum(counted)
