"""HTTP: what is retried, what is not, and where the token is sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from contactsheet.engine.content import Content
from contactsheet.engine.interfaces import Refusal, Unavailable
from contactsheet.exits import NotSignedIn
from contactsheet.transport import RETRY_DELAYS_SECONDS, Transport
from tests.client.fake_site import TOKEN, Answer, Site, problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ME = "/api/v1/me"
CUT = Answer(0)


@pytest.fixture
def delays() -> list[float]:
    """Return the recorded delays in seconds; nothing really sleeps."""
    return []


@pytest.fixture
def transport(site: Site, delays: list[float]) -> Iterator[Transport]:
    """Return a transport to the fake site."""
    with Transport(site.address, TOKEN, sleep=delays.append) as found:
        yield found


def test_token__is_sent_to_the_gallery_only(site, transport, tmp_path):
    site.answers("GET", ME, Answer(200, {}))
    site.answers("GET", "/picture", Answer(200, b"bytes"))
    transport.request("GET", "/me")
    with transport.fetch(f"{site.address}/picture") as answer:
        assert answer.content == b"bytes"
    assert [request.headers.get("Authorization") for request in site.requests] == [f"Bearer {TOKEN}", None]


def test_token__is_not_replaced_by_a_netrc(site, transport, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    site.answers("GET", ME, Answer(200, {}))
    transport.request("GET", "/me")
    assert site.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("failure", [CUT, Answer(500), Answer(503), problem(504, "x")])
def test_request__retries_a_transient_failure(site, transport, delays, failure):
    site.answers("GET", ME, failure, failure, Answer(200, {"name": "alice"}))
    assert transport.request("GET", "/me").json() == {"name": "alice"}
    assert delays == list(RETRY_DELAYS_SECONDS[:2])
    assert transport.counts == {"GET gallery": 3}


def test_request__raises_a_lasting_failure(site, transport, delays):
    site.answers("GET", ME, Answer(502))
    with pytest.raises(Unavailable, match="Run the same command again"):
        transport.request("GET", "/me")
    assert delays == list(RETRY_DELAYS_SECONDS)


def test_request__waits_as_long_as_retry_after_says(site, transport, delays):
    too_fast = problem(429, "too_fast", Retry_After="7")
    site.answers("GET", ME, *[too_fast] * 8, Answer(200, {}))
    transport.request("GET", "/me")
    assert delays == [7.0] * 8


def test_request__does_not_retry_a_refusal(site, transport):
    site.answers("GET", ME, problem(404, "not_found", "There is nothing here."))
    with pytest.raises(Refusal, match="There is nothing here") as caught:
        transport.request("GET", "/me")
    assert caught.value.reason == "not_found"
    assert len(site.requests) == 1


@pytest.mark.parametrize(("status", "reason"), [(401, "token_invalid"), (403, "scope_missing")])
def test_request__raises_not_signed_in(site, transport, status, reason):
    site.answers("GET", ME, problem(status, reason))
    with pytest.raises(NotSignedIn) as caught:
        transport.request("GET", "/me")
    assert caught.value.reason == reason


def test_request__names_the_status_of_an_unknown_answer(site, transport):
    site.answers("GET", ME, Answer(418, b"<html>teapot</html>", {"Content-Type": "text/html"}))
    with pytest.raises(Refusal, match="418") as caught:
        transport.request("GET", "/me")
    assert caught.value.reason == "status_418"


@pytest.mark.parametrize(
    "failure", [CUT, Answer(503), Answer(409), Answer(400, b"<Error><Code>RequestTimeout</Code></Error>")]
)
def test_put__restarts_from_the_first_byte(site, transport, tmp_path, failure):
    site.answers("PUT", "/store", failure, Answer(200))
    status, counted = put(transport, site, tmp_path)
    assert (status, counted) == ((200, ""), 9)
    assert [request.body for request in site.requests] == [b"all of it"] * 2


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(412, b"<Error><Code>PreconditionFailed</Code></Error>", "PreconditionFailed"), (403, b"no", "")],
)
def test_put__returns_the_answer_of_the_store(site, transport, tmp_path, status, body, code):
    site.answers("PUT", "/store", Answer(status, body))
    assert put(transport, site, tmp_path)[0] == (status, code)
    (request,) = site.requests
    assert request.headers["x-amz-meta-owner"] == "7"
    assert request.headers["Content-Length"] == "9"


def put(transport: Transport, site: Site, folder: Path) -> tuple[tuple[int, str], int]:
    counted: list[int] = []
    path = folder / "photo.jpg"
    path.write_bytes(b"all of it")
    with path.open("rb") as file:
        content = Content(file, 9, sent=counted.append, stopping=threading.Event())
        answer = transport.put(f"{site.address}/store", {"x-amz-meta-owner": "7"}, content)
    return answer, sum(counted)
