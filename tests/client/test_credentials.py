"""Credentials: their sources, and that other users can't read the file."""

import io
import stat

import pytest

from contactsheet import credentials
from contactsheet.credentials import Credentials, clean_address, credentials_file, find, remove, save
from contactsheet.exits import Exit, NotSignedIn
from tests.client.fake_site import problem


@pytest.fixture
def environment(tmp_path):
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def reason_of(environment, **options):
    with pytest.raises(NotSignedIn) as caught:
        find(environment, **options)
    return caught.value.reason


def test_save__is_found_and_private(environment):
    path = credentials_file(environment)
    save(Credentials("https://photos.example.org", "cs_one"), path)
    save(Credentials("https://photos.example.org", "cs_two"), path)
    assert find(environment) == Credentials("https://photos.example.org", "cs_two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_find__prefers_the_environment(environment):
    save(Credentials("https://photos.example.org", "cs_saved"), credentials_file(environment))
    environment[credentials.TOKEN_VARIABLE] = "cs_environment"
    assert find(environment) == Credentials("https://photos.example.org", "cs_environment")
    environment[credentials.ADDRESS_VARIABLE] = "other.example.org"
    assert find(environment) == Credentials("https://other.example.org", "cs_environment")
    assert find(environment, address="third.example.org").address == "https://third.example.org"


def test_find__uses_a_saved_token_for_its_own_gallery_only(environment):
    save(Credentials("https://photos.example.org", "cs_saved"), credentials_file(environment))
    assert reason_of(environment, address="https://elsewhere.example.org") == "not_signed_in"


def test_find__without_credentials(environment):
    assert reason_of(environment) == "not_signed_in"


def test_find__rejects_a_file_that_others_can_read(environment):
    path = credentials_file(environment)
    save(Credentials("https://photos.example.org", "cs_saved"), path)
    path.chmod(0o640)
    assert reason_of(environment) == "token_not_private"


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json"])
def test_find__names_a_damaged_file(environment, text):
    path = credentials_file(environment)
    save(Credentials("https://photos.example.org", "cs_saved"), path)
    path.write_text(text)
    assert reason_of(environment) == "sign_in_damaged"


@pytest.mark.parametrize(
    ("untrusted", "expected"),
    [
        ("photos.example.org", "https://photos.example.org"),
        ("https://photos.example.org/me/photos/", "https://photos.example.org"),
        ("https://photos.example.org:8443", "https://photos.example.org:8443"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_clean_address__returns_the_origin(untrusted, expected):
    assert clean_address(untrusted) == expected


@pytest.mark.parametrize(
    ("untrusted", "reason"),
    [
        ("http://photos.example.org", "address_not_encrypted"),
        ("ftp://photos.example.org", "address_not_valid"),
        ("https://", "address_not_valid"),
        ("https://x:port", "address_not_valid"),
    ],
)
def test_clean_address__rejects(untrusted, reason):
    with pytest.raises(NotSignedIn) as caught:
        clean_address(untrusted)
    assert caught.value.reason == reason


def test_login__verifies_the_token_and_saves_it(site, contactsheet, environment, monkeypatch):
    monkeypatch.delenv("CONTACTSHEET_TOKEN")
    monkeypatch.delenv("CONTACTSHEET_ADDRESS")
    monkeypatch.setattr("sys.stdin", io.StringIO("cs_typed\n"))
    site.returns("GET", "/me", {"name": "alice"})
    done = contactsheet("login", site.address)
    assert (done.status, "as alice" in done.stderr) == (Exit.DONE, True)
    assert site.requests[0].headers["Authorization"] == "Bearer cs_typed"
    assert find(environment) == Credentials(site.address, "cs_typed")
    assert contactsheet("logout").status == Exit.DONE
    assert not remove(credentials_file(environment))


def test_login__saves_no_token_that_is_not_valid(site, contactsheet, environment, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("cs_wrong\n"))
    site.answers("GET", "/api/v1/me", problem(401, "token_invalid", "This token is unknown."))
    done = contactsheet("login", site.address)
    assert (done.status, done.stderr) == (Exit.NOT_SIGNED_IN, "This token is unknown. (token_invalid)\n")
    assert not credentials_file(environment).exists()
