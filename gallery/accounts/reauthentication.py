"""Actions that a borrowed session must not do ask for the password, a passkey or a code again.

A sign-in or a confirmation in the last ten minutes counts.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.shortcuts import redirect

from gallery.accounts.sessions import SIGNED_IN_AT

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_recent(request: HttpRequest) -> bool:
    """Return whether the person proved who they are in the last ten minutes."""
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records if record.get("reauthenticated")]
    latest = max([request.session.get(SIGNED_IN_AT, 0.0), *proofs])
    return bool(0 <= time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def ask_again(*, to_look: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a view of signed-in people: ask again before it changes anything, or even ``to_look``.

    A form is sent on after the proof, but not one of a page that asks ``to_look``: it may hold a password,
    which would be stored meanwhile.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if (to_look or request.method not in SAFE) and not is_recent(request):
                if to_look and request.method not in SAFE:
                    return redirect(request.get_full_path())
                raise ReauthenticationRequired
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return guarded

    return decorate
