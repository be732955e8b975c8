"""Limits on wrong passwords and codes, in the database, with a time after which to try again.

Every attempt is counted before it is checked, so parallel guesses can't outrun the count, and a right one is
taken back. At a device where the person has signed in before, only its own attempts count: no one else can
lock that door. A guess inside a session counts for that session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.cryptokit import normalize_user_code
from django.shortcuts import render

from gallery.accounts import sessions
from gallery.accounts.client_address import client_address
from gallery.accounts.devices import device_of
from gallery.accounts.models import User
from gallery.accounts.rate_limits import Limit, refund, retry_after_seconds

if TYPE_CHECKING:
    from django.http import HttpRequest

PERIOD = timedelta(minutes=15)
WRONG_PER_ADDRESS = Limit("wrong-per-address", 20, PERIOD, burst=20)
WRONG_PER_NAME = Limit("wrong-per-name", 100, PERIOD, burst=100)
WRONG_PER_DEVICE = Limit("wrong-per-device", 20, PERIOD, burst=20)
WRONG_PER_SESSION = Limit("wrong-per-session", 10, PERIOD, burst=10)
WRONG_CODES = Limit("wrong-codes", 10, PERIOD, burst=10)
CODE_USED = Limit("code-used", 1, timedelta(minutes=3), burst=1)
"""A code of an authenticator app is valid for at most 90 seconds, and works once."""


class TooManyAttempts(ImmediateHttpResponse):
    """The page that says when to try again, raised as django-allauth's way out of a form."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt."""

    counted: tuple[tuple[Limit, str], ...]

    def succeeded(self) -> None:
        """Take the count back."""
        for limit, subject in self.counted:
            refund(limit, subject)


def begin_sign_in(request: HttpRequest, name: str) -> Attempt:
    """Count an attempt to sign in with this username or address.

    Raises:
        TooManyAttempts: the limit is reached.
    """
    device = device_of(request)
    user = User.objects.with_username_or_email(name)
    if user and device.knows(user):
        return _count(request, (WRONG_PER_DEVICE, f"{device.id}:{user.pk}"))
    return _count(
        request,
        (WRONG_PER_ADDRESS, client_address(request) or ""),
        # A person's name and address are one door.
        (WRONG_PER_NAME, str(user.pk) if user else name.strip()),
    )


def begin_in_session(request: HttpRequest, user: User) -> Attempt:
    """Count a password typed inside a session.

    Raises:
        TooManyAttempts: the limit is reached.
    """
    return _count(request, (WRONG_PER_SESSION, f"{user.pk}:{sessions.identity(request)}"))


def begin_code(request: HttpRequest, user: User) -> Attempt:
    """Count a code of an authenticator app or a recovery code.

    Raises:
        TooManyAttempts: the limit is reached.
    """
    device = device_of(request)
    return _count(request, (WRONG_CODES, f"{user.pk}:{device.id if device.knows(user) else ''}"))


def use_code(user: User, code: str) -> bool:
    """Return whether this is the first use of a code that was right, however it is spelled."""
    # The check passes over blanks and punctuation: "123 456" is the code 123456.
    return retry_after_seconds(CODE_USED, f"{user.pk}:{normalize_user_code(code)}") == 0


def _count(request: HttpRequest, *pairs: tuple[Limit, str]) -> Attempt:
    counted: list[tuple[Limit, str]] = []
    for limit, subject in pairs:
        if wait := retry_after_seconds(limit, subject):
            Attempt(tuple(counted)).succeeded()
            raise TooManyAttempts(_page(request, wait))
        counted.append((limit, subject))
    return Attempt(tuple(counted))


def _page(request: HttpRequest, wait_seconds: int) -> object:
    minutes = -(-wait_seconds // 60)
    response = render(
        request,
        "accounts/locked_out.html",
        {"minutes": minutes},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    response["Retry-After"] = str(wait_seconds)
    return response
