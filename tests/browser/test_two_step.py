"""Sign-in by passkey and by authenticator app, in Chromium with a virtual authenticator."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from infra import ports
from tests.browser.site import PASSWORD, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.watch import Watch

PEOPLE = f"""
from gallery.accounts.models import User

for name in ("paula", "ralf"):
    User.objects.create_user(name, name + "@example.org", "{PASSWORD}")
"""
PHONE = {"width": 390, "height": 844}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def named(gallery: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the gallery at a host with a name, too: browsers make no passkeys for IP addresses."""
    origin = f"http://localhost:{ports.any_free()}"
    environment = gallery.environment | {"SITE_ORIGIN": origin}
    site = Site(tmp_path_factory.mktemp("named"), origin, gallery.aws, environment)
    gallery.manage("shell", "--verbosity", "0", "--command", PEOPLE)
    site.start_web()
    yield site
    site.stop_web()


@pytest.fixture
def page(named: Site, chromium: Browser, watch: Watch) -> Iterator[Page]:
    """Open the sign-in page on a phone."""
    context = chromium.new_context(viewport=PHONE, base_url=named.origin, locale="en-GB")
    watch.over(context)
    opened = context.new_page()
    opened.goto("/sign-in/")
    yield opened
    context.close()


def half_minute() -> int:
    """Return the number of the half minute that an authenticator app's code is made of."""
    return int(time.time()) // 30


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Username or email address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/me/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    page.goto("/sign-in/")


@pytest.mark.slow
def test_passkey__is_added_and_signs_in(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in(page, "paula")
    page.wait_for_url("**/me/photos/")
    page.goto("/me/two-step/passkeys/add/")
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/me/photos/")
    sign_out(page)
    sign_in(page, "paula")
    # After the password, the passkey is the second step.
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/me/photos/")


@pytest.mark.slow
def test_authenticator_app__is_set_up_and_asked_for(page: Page) -> None:
    sign_in(page, "ralf")
    page.wait_for_url("**/me/photos/")
    page.goto("/me/two-step/app/")
    drawn = page.locator(".drawn-code svg").bounding_box()
    assert drawn
    assert 150 < drawn["width"] == drawn["height"] <= 240
    secret = page.get_by_label("Key", exact=True).input_value()
    used = half_minute()
    page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, used)))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(page)
    sign_in(page, "ralf")
    # A code works once. That of the next half minute is valid already.
    fresh = max(half_minute(), used + 1)
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, fresh)))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/me/photos/")
