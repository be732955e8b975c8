"""Every answer has the security headers, and a person's own pages are stored nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/nowhere/", "/health/", "/api/v1/me", "/admin/login/"])
def test_header__denies_features_that_no_page_uses(path: str, client: Client, empty_aws: None) -> None:
    policy = client.get(path)["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(policy)
    # Passkeys need these two.
    assert {"publickey-credentials-get=(self)", "publickey-credentials-create=(self)"} <= set(policy)
    assert len({rule.split("=")[0] for rule in policy}) == len(policy)


@pytest.mark.parametrize(
    "name",
    [
        "my-photos",
        "trash",
        "account",
        "password-change",
        "email-change",
        "account-delete",
        "notifications",
        "tokens",
    ],
)
def test_own_pages__are_stored_nowhere(
    name: str, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory, empty_aws: None
) -> None:
    make_photo(alice)
    rules = set(client_of(alice).get(reverse(name))["Cache-Control"].split(", "))
    assert {"private", "no-store"} <= rules
    assert "public" not in rules


def test_sign_in_redirect__to_an_own_page_is_not_stored(client: Client) -> None:
    assert "no-store" in client.get("/me/photos/")["Cache-Control"]


@pytest.mark.parametrize(
    ("origin", "prefix"),
    [
        ("https://photos.example.org", "__Host-"),
        ("http://127.0.0.1:8000", ""),
    ],
)
def test_cookies__belong_to_the_host_where_there_is_tls(origin: str, prefix: str) -> None:
    code = (
        "import json, django; django.setup(); from django.conf import settings as s;"
        " from gallery.accounts import devices; from gallery.core.message_storage import HostCookieStorage;"
        " print(json.dumps([[s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, devices.COOKIE,"
        " HostCookieStorage.cookie_name], [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE],"
        " [s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH] != [None, '/']]))"
    )
    environment = {"PATH": os.environ["PATH"], "SITE_ORIGIN": origin}
    environment["DJANGO_SETTINGS_MODULE"] = "gallery.settings"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    is_https = origin.startswith("https")
    # Browsers refuse the prefix without Secure, with a Domain, or with another path than /.
    names = [f"{prefix}{name}" for name in ("sessionid", "csrftoken", "known_device", "messages")]
    assert json.loads(ran.stdout) == [names, [is_https, is_https], False]


def test_security_txt__names_a_contact_and_expires(client: Client, settings: SettingsWrapper) -> None:
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"].endswith("/.well-known/security.txt")


def test_security_txt__names_the_sender_of_emails_otherwise(
    client: Client, settings: SettingsWrapper
) -> None:
    settings.SECURITY_CONTACT = ""
    settings.DEFAULT_FROM_EMAIL = "Photos <photos@example.org>"
    assert "Contact: mailto:photos@example.org\n" in client.get("/.well-known/security.txt").content.decode()


def test_change_password__leads_to_the_page(client: Client) -> None:
    response = client.get("/.well-known/change-password")
    assert (response.status_code, response["Location"]) == (302, reverse("password-change"))


@pytest.mark.parametrize(
    "path", ["/tags/a%00b/", "/?cursor=%00", "/sign-in/?next=%00", "/admin/photos/photo/?q=%00", "/?%00=1"]
)
def test_nul__in_a_url_is_refused_before_any_look_up(path: str, client: Client, empty_aws: None) -> None:
    # SQLite would look it up; PostgreSQL raises an error.
    assert client.get(path).status_code == 400
