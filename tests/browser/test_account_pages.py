"""The pages that protect accounts and photos: axe finds nothing, nothing scrolls sideways, targets are large.

Phone and desktop, light and dark: security, sessions, second step, passkeys, recovery codes, tokens, report,
block, takedown and the review of album titles and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.site import PASSWORD
from tests.browser.test_accessibility import TOO_SMALL, violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.site import Site

pytestmark = pytest.mark.slow

# One photo and one album for the pages about them.
PHOTO = "5b1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c77"
PEOPLE = f"""
from datetime import timedelta
from django.utils import timezone
from gallery.accounts import audit
from gallery.accounts.models import AccountEvent, User
from gallery.albums import actions, review
from gallery.api.tokens import Scope, issue
from gallery.photos import owner_names
from gallery.photos.models import Photo
from gallery.reports.actions import report

nora = User.objects.create_user("nora", "nora@example.org", "{PASSWORD}")
sue = User.objects.create_superuser("sue", "sue@example.org", "{PASSWORD}")
now = timezone.now()
Photo.objects.create(
    id="{PHOTO}", owner=nora, state="approved", visibility="public", file_name="sea.jpg", sha256="0" * 64,
    content_type="image/jpeg", size_bytes=1, created_at=now, offered_until=now, processed_at=now,
)
report("{PHOTO}", reason="other", words="I am in this picture.", reporter="somewhere")
first = actions.create_album(nora, title="Norway 2026", description="Two weeks.", visibility="public")
review.approve(first.pk, actor=sue, words_mark=first.words_mark)
actions.change_album(first, title="Norway, the long way round, " * 4)
actions.create_album(nora, title="Sea", description="", visibility="public")
owner_names.change(None, nora, "Nora van den Berg")
issue(nora, name="laptop", scopes=[Scope.READ], days=30)
kind = AccountEvent.Kind
audit.record(None, nora, kind.RIGHTS_CHANGED, actor=sue, given=["Trusted"], taken=[])
audit.record(None, nora, kind.TAKEN_DOWN, actor=sue, photo="{PHOTO}", reason="Shows someone else.")
print(nora.pk)
"""
SECOND_STEP = """
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from gallery.accounts.models import User

nora = User.objects.get(username="nora")
if not Authenticator.objects.filter(user=nora).exists():
    TOTP.activate(nora, generate_totp_secret())
    RecoveryCodes.activate(nora)
"""
NO_SECOND_STEP = """
from allauth.mfa.models import Authenticator

Authenticator.objects.filter(user__username="nora").delete()
"""
FOR_EVERYONE = {"report": f"/photos/{PHOTO}/report/"}
BEFORE = {
    "account": "/me/",
    "name": "/me/name/",
    "activity": "/me/activity/",
    "sessions": "/me/sessions/",
    "two-step": "/me/two-step/",
    "app": "/me/two-step/app/",
    "passkeys": "/me/two-step/passkeys/",
    "passkey": "/me/two-step/passkeys/add/",
    "tokens": "/me/tokens/",
    "confirm": "/me/confirm/",
}
AFTER = {
    "two-step-on": "/me/two-step/",
    "app-remove": "/me/two-step/app/remove/",
    "codes": "/me/two-step/codes/",
    "codes-new": "/me/two-step/codes/new/",
}
FOR_ADMINS = {
    "block": "/admin/accounts/user/{nora}/block/",
    "takedown": f"/admin/photos/photo/{PHOTO}/take-down/",
    "reported": "/admin/reports/report/",
    "album-titles": "/admin/albums/words/",
    "names": "/admin/accounts/names/",
}


@pytest.fixture(scope="module")
def nora(gallery: Site) -> str:
    """Make Nora with a photo, a report and albums, and Sue, who is an admin. Return Nora's id."""
    return gallery.manage("shell", "--verbosity", "0", "--command", PEOPLE).strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages__of_accounts_and_moderation(
    gallery: Site, nora: str, open_page: Open, size: tuple[int, int], scheme: str
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    found: dict[str, list[str]] = {}

    def look(person: str, pages: dict[str, str]) -> None:
        page = open_page(person, viewport=viewport, color_scheme=scheme)
        for name, path in pages.items():
            page.goto(path.format(nora=nora))
            assert path.startswith("/me/confirm/") or "/me/confirm/" not in page.url, name
            picture_of(page, f"security-{name}")
            found[name] = violations(page)
            if size == PHONE and not path.startswith("/admin/"):
                found[name] += [str(small) for small in page.evaluate(TOO_SMALL)]

    look("", FOR_EVERYONE)
    look("nora", BEFORE)
    gallery.manage("shell", "--verbosity", "0", "--command", SECOND_STEP)
    look("nora", AFTER)
    gallery.manage("shell", "--verbosity", "0", "--command", NO_SECOND_STEP)
    look("sue", FOR_ADMINS)
    assert {name: lines for name, lines in found.items() if lines} == {}
