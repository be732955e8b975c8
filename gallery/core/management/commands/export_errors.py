"""Print ``docs/errors.md`` from the catalog of reasons."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from gallery.core import reasons

HEAD = """# Reason codes

Everything that is refused or fails has a stable code and one sentence: what happened, then what to do.
The catalog is `gallery/core/reasons.py`. This page is made from it (`manage.py export_errors`) and held to
it by a test. Codes never change their meaning; sentences may be reworded and are translated.

Pages, uploads, the API and the commands give the same sentence. In the API a refused request is a problem
document (RFC 9457) with this status, the code as `reason` and the sentence as `detail`.
"""


def page() -> str:
    """Return the page as Markdown."""
    with translation.override("en"):
        ours = [reason for reason in reasons.OURS if reason.code not in reasons.PROCESSING]
        return "\n".join(
            [
                HEAD,
                "## Requests, uploads and actions\n",
                "| code | status | sentence |",
                "|---|---|---|",
                *(f"| `{found.code}` | {found.status.value} | {found.sentence} |" for found in ours),
                "",
                "## Photos that could not be processed or imported\n",
                "`empty`, `too_large` and `import_url_not_allowed` also refuse a request (status 422).\n",
                "| code | sentence |",
                "|---|---|",
                *(f"| `{found.code}` | {found.sentence} |" for found in reasons.PROCESSING.values()),
                "",
            ]
        )


class Command(BaseCommand):
    """Print the page."""

    help = "Print docs/errors.md from the catalog of reasons"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the page."""
        self.stdout.write(page(), ending="")
