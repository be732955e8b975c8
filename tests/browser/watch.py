"""What a page must never do: break the policy, write to the console, ask another host."""

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


@dataclass
class Watch:
    """Collects what the pages of a context complain of; a test may say what it expects."""

    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of the context from its first line on."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._heard)
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            self.complaints.append(f"{message.type}: {message.text} ({where})")

    def expect(self, part: str) -> None:
        """Allow complaints that contain this text: the test causes them on purpose."""
        self.expected.append(part)

    @property
    def unexpected(self) -> list[str]:
        """Return the complaints that no test asked for."""
        return [text for text in self.complaints if not any(part in text for part in self.expected)]
