"""Signing up in a browser: one password that can be shown, and nothing typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.watch import Watch


def test_sign_up__shows_the_password_and_keeps_it_after_a_refusal(open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page(path="/sign-up/")
    password = page.get_by_label("Password", exact=True)
    page.get_by_label("Name", exact=True).fill("Dora van Dijk")
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
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dora van Dijk")
    expect(page.get_by_label("Email address")).to_have_value("dora@example.org")
    expect(password).to_have_value("harbor-violet-engine")
    expect(password).to_have_attribute("type", "password")


@pytest.mark.slow
def test_sign_up__with_a_name_of_two_words(open_page: Open) -> None:
    page = open_page(path="/sign-up/")
    page.get_by_label("Name", exact=True).fill("Zoë van Dijk")
    page.get_by_label("Username").fill("zvandijk")
    page.get_by_label("Email address").fill("zvandijk@example.org")
    page.get_by_label("Password", exact=True).fill("harbor-violet-engine")
    page.get_by_role("button", name="Sign up").click()
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë van Dijk")
    expect(
        page.get_by_text("The name is waiting for review. Until then, others see zvandijk.")
    ).to_be_visible()
    page.get_by_role("link", name="Change your name").click()
    page.get_by_label("Name", exact=True).fill("Zelda")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zelda")
