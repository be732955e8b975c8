"""The browsable description of the API, under the same policy as every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Open


@pytest.mark.slow
def test_api_description__renders_under_the_policy(open_page: Open) -> None:
    page = open_page(path="/api/v1/docs")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contactsheet")
    first = page.locator(".opblock-summary-control").first
    first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
