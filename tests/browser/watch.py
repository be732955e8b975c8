"""Fail tests whose pages violate the policy or write to the console."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile})`);
});
"""
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says of a request that a newer one replaces, as while one types on a busy machine.

Other requests that fail are named by an event of their own, too.
"""


@dataclass
class Watch:
    """Collects console messages of a browser context; a test can expect some."""

    messages: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._heard)
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.messages.append(f"{page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            self.messages.append(f"{message.type}: {message.text} ({where})")

    def expect(self, part: str) -> None:
        """Allow messages that contain this text."""
        self.expected.append(part)

    @property
    def unexpected(self) -> list[str]:
        """Return the messages that no test expects."""
        known = (*self.expected, *ABORTED)
        return [text for text in self.messages if not any(part in text for part in known)]
