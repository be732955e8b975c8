"""Signing up in a browser: one password that can be shown, and nothing typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.watch import Watch


def test_sign_up__shows_the_password_and_keeps_it_after_a_refusal(open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page(path="/sign-up/")
    password = page.get_by_label("Password", exact=True)
    page.get_by_label("Username").fill("has space")
    page.get_by_label("Email address").fill("dora@example.org")
    password.fill("harbor-violet-engine")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_be_focused()
    page.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show password").click()
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator(".errorlist")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("has space")
    expect(page.get_by_label("Email address")).to_have_value("dora@example.org")
    expect(password).to_have_value("harbor-violet-engine")
    expect(password).to_have_attribute("type", "password")
