"""Tell people by email what changed at their account, with a link that undoes it.

The link opens a page; its button ends all sessions and tokens, takes back the address and the sign-in methods
added since or in the seven days before, and leads to a new password. It works once, for seven days. The
notice about a changed address goes to the old one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from gallery.accounts import audit, emails, sessions
from gallery.accounts.models import AccountEvent, User
from gallery.accounts.rate_limits import Limit, is_allowed
from gallery.accounts.signals import access_ended

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

Kind = AccountEvent.Kind
SALT = "gallery.accounts.notices"
VALID_FOR = timedelta(days=7)
JUST_BEFORE = timedelta(minutes=1)
"""A sign-in method is stored a moment before the event that tells of it."""


PER_DAY = Limit("notices", 30, timedelta(days=1), burst=30)
"""Emails about one kind of event. Who makes and revokes tokens in a loop would send one each time."""


def tell(event: AccountEvent, recipient: str = "") -> None:
    """Queue the email about this event to the person's address, or to ``recipient``.

    Of more than 30 of a kind in a day, the rest is in the trail only: the link of any of the 30 undoes them.
    """
    recipient = recipient or event.user.email
    # A changed address is always told: its new owner asked for an email, and these are limited.
    is_limited = event.kind != Kind.EMAIL_CHANGED
    if not recipient or (is_limited and not is_allowed(PER_DAY, f"{event.kind}:{event.user_id}")):
        return
    token = signing.dumps(event.pk, salt=SALT)
    link = settings.SITE_ORIGIN + reverse("account-undo", args=[token])
    emails.queue("notice", event.user, {"event": event, "link": link}, recipient=recipient)


def read(untrusted_token: str) -> AccountEvent | None:
    """Return the event that this link undoes; ``None`` if it is used, expired or invalid."""
    try:
        pk = signing.loads(untrusted_token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    event = AccountEvent.objects.select_related("user").filter(pk=pk, user__is_active=True).first()
    if event is None or _was_undone(event):
        return None
    return event


def _was_undone(event: AccountEvent) -> bool:
    # Undoing a change voids the links of it and of all that came after it until then. The link of an older
    # change stays: an intruder who changed the address twice can't void the owner's by using the newer one.
    undone = event.user.account_events.filter(kind=Kind.UNDONE, pk__gt=event.pk)
    return any(int(entry.details.get("event", 0)) <= event.pk for entry in undone)


def _first_method_at(event: AccountEvent) -> datetime:
    """Return when the first sign-in method was added whose own notice can still be undone.

    An intruder adds a passkey first and changes something else then. The person may open the last email only.
    """
    added = event.user.account_events.filter(
        kind__in=(Kind.MFA_ADDED, Kind.RECOVERY_CODES), at__gte=event.at - VALID_FOR
    )
    return min([event.at, *added.values_list("at", flat=True)])


@transaction.atomic
def undo(request: HttpRequest, event: AccountEvent) -> bool:
    """Take the account back for the person who got the email about this event.

    Return ``False`` if the link was used or made void since it was read. Nothing changed.
    """
    # ``no_key``: what ends a share locks the share before its record refers to the user.
    user = User.objects.select_for_update(no_key=True).get(pk=event.user_id)
    # Of links that are used at once, one waits here for the other, which may have made it void.
    if _was_undone(event):
        return False
    since = _first_method_at(event) - JUST_BEFORE
    Authenticator.objects.filter(user=user, created_at__gte=since).delete()
    # The intruder may know the password: only an email opens the account again.
    user.set_unusable_password()
    if event.kind == Kind.EMAIL_CHANGED:
        was = str(event.details.get("was", ""))
        if not User.objects.exclude(pk=user.pk).filter(email=was).exists():
            user.email = was
    user.save(update_fields=["password", "email"])
    sessions.end_all(user)
    access_ended.send(sender=User, user=user, since=since)
    audit.record(request, user, Kind.UNDONE, event=event.pk, what=event.kind)
    return True
