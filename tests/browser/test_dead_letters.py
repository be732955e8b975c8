"""The operations pages retry a whole dead-letter queue, batch by batch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.site import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

PAGE = "/admin/operations/given-up/"
DEAD_LETTERS = 60
TIMEOUT_MS = 60_000
MAKE_OPERATOR = f"""
from gallery.accounts.models import User
if not User.objects.filter(username="otto").exists():
    User.objects.create_superuser("otto", "otto@example.org", "{PASSWORD}")
"""


@pytest.fixture
def page(open_page: Open, gallery: Site) -> Page:
    """Return the operator's page with more messages than one request retries."""
    gallery.manage("shell", "--verbosity", "0", "--command", MAKE_OPERATOR)
    sqs, queue_url = gallery.aws.client("sqs"), gallery.outputs.thumbnails_dead_letter_queue_url
    # The gallery is shared by all browser tests: what another test left here is not counted.
    sqs.purge_queue(QueueUrl=queue_url)
    for _ in range(DEAD_LETTERS):
        body = json.dumps({"Records": [{"s3": {"object": {"key": f"originals/{uuid4()}"}}}]})
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    return open_page("otto", PAGE)


@pytest.mark.slow
def test_retry_all__shows_progress_until_the_queue_is_empty(page: Page) -> None:
    queue = page.locator("section").filter(has=page.get_by_role("heading", name="Thumbnails"))
    queue.get_by_role("button", name="Retry all").click()
    expect(queue.get_by_role("button", name="Stop")).to_be_visible()
    expect(queue.get_by_role("status")).to_have_text(
        f"{DEAD_LETTERS} retried, 0 waiting. Done. Reload to see what is left.", timeout=TIMEOUT_MS
    )
    expect(queue.get_by_role("button", name="Stop")).to_be_hidden()
    assert queue.get_by_role("progressbar").evaluate("bar => bar.value / bar.max") == 1
    page.reload()
    expect(queue.get_by_text("No dead letters.")).to_be_visible()


@pytest.mark.slow
def test_retry_all__keeps_the_count_when_the_gallery_stops_answering(page: Page, watch: Watch) -> None:
    watch.expect("ERR_FAILED")
    calls = []

    def answers_once(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) > 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/given-up/act/", answers_once)
    page.get_by_role("button", name="Retry all").click()
    status = page.get_by_role("status").first
    expect(status).to_have_text(
        "50 retried. The gallery didn't respond. Messages that were not retried are still here.",
        timeout=TIMEOUT_MS,
    )
    page.unroute("**/given-up/act/")
    page.get_by_role("button", name="Retry all").click()
    expect(status).to_contain_text("10 retried, 0 waiting. Done.", timeout=TIMEOUT_MS)
