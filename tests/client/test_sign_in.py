"""The token: where it is looked for, and that nobody else can read it."""

import io
import stat

import pytest

from contactsheet import sign_in
from contactsheet.exits import Exit, NotSignedIn
from contactsheet.sign_in import SignIn, clean_address, find, forget, keep, settings_file
from tests.client.site import problem


@pytest.fixture
def environment(tmp_path):
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def reason_of(environment, **options):
    with pytest.raises(NotSignedIn) as caught:
        find(environment, **options)
    return caught.value.reason


def test_what_was_kept_is_found_and_private(environment):
    path = settings_file(environment)
    keep(SignIn("https://photos.example.org", "cs_one"), path)
    keep(SignIn("https://photos.example.org", "cs_two"), path)
    assert find(environment) == SignIn("https://photos.example.org", "cs_two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_the_environment_comes_first(environment):
    keep(SignIn("https://photos.example.org", "cs_kept"), settings_file(environment))
    environment[sign_in.TOKEN_VARIABLE] = "cs_said"
    assert find(environment) == SignIn("https://photos.example.org", "cs_said")
    environment[sign_in.ADDRESS_VARIABLE] = "other.example.org"
    assert find(environment) == SignIn("https://other.example.org", "cs_said")
    assert find(environment, address="third.example.org").address == "https://third.example.org"


def test_a_kept_token_goes_to_its_own_gallery_only(environment):
    keep(SignIn("https://photos.example.org", "cs_kept"), settings_file(environment))
    assert reason_of(environment, address="https://elsewhere.example.org") == "not_signed_in"


def test_nobody_is_signed_in_at_first(environment):
    assert reason_of(environment) == "not_signed_in"


def test_a_token_that_others_may_read_is_not_used(environment):
    path = settings_file(environment)
    keep(SignIn("https://photos.example.org", "cs_kept"), path)
    path.chmod(0o640)
    assert reason_of(environment) == "token_not_private"


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json"])
def test_a_damaged_file_is_named(environment, text):
    path = settings_file(environment)
    keep(SignIn("https://photos.example.org", "cs_kept"), path)
    path.write_text(text)
    assert reason_of(environment) == "sign_in_damaged"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("photos.example.org", "https://photos.example.org"),
        ("https://photos.example.org/me/photos/", "https://photos.example.org"),
        ("https://photos.example.org:8443", "https://photos.example.org:8443"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_an_origin(said, meant):
    assert clean_address(said) == meant


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("http://photos.example.org", "address_not_encrypted"),
        ("ftp://photos.example.org", "address_not_valid"),
        ("https://", "address_not_valid"),
        ("https://x:port", "address_not_valid"),
    ],
)
def test_an_address_that_is_not_taken(said, reason):
    with pytest.raises(NotSignedIn) as caught:
        clean_address(said)
    assert caught.value.reason == reason


def test_login_tries_the_token_and_keeps_it(site, contactsheet, environment, monkeypatch):
    monkeypatch.delenv("CONTACTSHEET_TOKEN")
    monkeypatch.delenv("CONTACTSHEET_ADDRESS")
    monkeypatch.setattr("sys.stdin", io.StringIO("cs_typed\n"))
    site.gives("GET", "/me", {"name": "alice"})
    ended = contactsheet("login", site.address)
    assert (ended.status, "as alice" in ended.words) == (Exit.DONE, True)
    assert site.asked[0].headers["Authorization"] == "Bearer cs_typed"
    assert find(environment) == SignIn(site.address, "cs_typed")
    assert contactsheet("logout").status == Exit.DONE
    assert not forget(settings_file(environment))


def test_login_keeps_no_token_that_is_not_taken(site, contactsheet, environment, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("cs_wrong\n"))
    site.answers("GET", "/api/v1/me", problem(401, "token_invalid", "This token is unknown."))
    ended = contactsheet("login", site.address)
    assert (ended.status, ended.words) == (Exit.NOT_SIGNED_IN, "This token is unknown. (token_invalid)\n")
    assert not settings_file(environment).exists()
