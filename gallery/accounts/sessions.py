"""Sessions: an idle and an absolute limit, their last use, and ending all of an account at once.

The session engine (``SESSION_ENGINE``). A session carries when its person signed in and, to the hour, when
it was last used; so a page costs no query for it, and one write an hour keeps the session alive.
"""

from __future__ import annotations

import copy
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db.models import F

from gallery.accounts.client_address import client_address
from gallery.accounts.models import User
from gallery.core.database_waits import best_effort, is_busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SEEN_PRECISION_SECONDS = 60 * 60
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what the column holds if the server reports no address


class SessionStore(DatabaseSessionStore):
    """Django's database sessions, which also end a stated time after the sign-in."""

    was_touched = False
    as_touched: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        """Return the session's data; empty if it is over. Note its use at most once an hour."""
        data: dict[str, Any] = super().load()
        now = time.time()
        signed_in_at = data.get(SIGNED_IN_AT)
        if signed_in_at and now - signed_in_at > settings.SESSION_MAX_AGE_SECONDS:
            self.delete(self.session_key)
            self._session_key = None
            return {}
        if signed_in_at and now - data.get(SEEN_AT, 0) > SEEN_PRECISION_SECONDS:
            data[SEEN_AT] = now
            # Saving moves the idle limit.
            self.modified = self.was_touched = True
            self.as_touched = copy.deepcopy(data)
        return data

    def save(self, must_create: bool = False) -> None:
        """Store the session. If only its use was noted, a database that is locked doesn't stop the page."""
        if self.was_touched and not must_create and dict(self.items()) == self.as_touched:
            best_effort("session_last_use", lambda: self._store(must_create), None)
        else:
            self._store(must_create)

    def _store(self, must_create: bool) -> None:
        """Store the session. Django takes any error of the database for a session that was deleted."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if error.__context__ is not None and is_busy(error.__context__):
                raise error.__context__ from None
            raise

    @classmethod
    def get_model_class(cls) -> Any:
        """Return Django's own model."""
        return DatabaseSessionStore.get_model_class()


class SessionActivityMiddleware:
    """Note from where a session was last used, when the session store notes that it was used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response."""
        response = self.get_response(request)
        if getattr(request.session, "was_touched", False) and request.user.is_authenticated:
            best_effort("session_last_use", partial(note_use, request, request.user), None)
        return response


def note_use(request: HttpRequest, user: User) -> None:
    """Save the session's person, address, browser and last use. Costs two statements."""
    UserSession.objects.create_from_request(request, user=user)


def begin(request: HttpRequest, user: User) -> None:
    """Mark a session that has just begun."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    note_use(request, user)


def renew(request: HttpRequest, user: User) -> None:
    """Give the session a new key, which ends copies of the old one.

    They would profit from what was proved here (ASVS 5.0, V7.2.4).
    """
    old = request.session.session_key
    request.session.cycle_key()
    listed = UserSession.objects.filter(user=user, session_key=old)
    listed.update(session_key=request.session.session_key)


def identity(request: HttpRequest) -> str:
    """Return what stays the same for a session's whole life.

    Its key does not: ending the other sessions gives this one a new key, without asking for the password.
    """
    return str(request.session.get(SIGNED_IN_AT) or request.session.session_key)


def end_pending_addresses(user: User) -> None:
    """End the links that confirm a new address: one that a stolen session asked for must not outlive it."""
    EmailAddress.objects.filter(user=user, verified=False).delete()


def address_of(request: HttpRequest) -> str:
    """Return the client's address for a column that needs one."""
    return client_address(request) or NO_ADDRESS


def end_all(user: User, *, keep: HttpRequest | None = None) -> None:
    """End every session of the user, listed or not, except the one of ``keep``, and what they began."""
    end_pending_addresses(user)
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    listed = UserSession.objects.filter(user=user)
    if keep is not None:
        update_session_auth_hash(keep, user)
    listed.exclude(session_key=keep.session.session_key if keep else "").delete()
    if keep is not None:
        note_use(keep, user)
