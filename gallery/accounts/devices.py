"""Known devices: a signed cookie remembers who signed in here, so that no attack elsewhere locks them out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing

from gallery.accounts.client_address import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from gallery.accounts.models import User

COOKIE = f"{settings.COOKIE_PREFIX}known_device"
SALT = "gallery.accounts.device"
SECONDS = 365 * 24 * 60 * 60
MOST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: a random id, and the ids of the people who signed in there, the latest last."""

    id: str
    people: tuple[int, ...]

    def knows(self, user: User | None) -> bool:
        """Return whether the person has signed in here before."""
        return user is not None and user.pk in self.people


def device_of(request: HttpRequest) -> Device:
    """Return the device that the cookie names; a new one without a valid cookie."""
    try:
        claims = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
        return Device(str(claims["id"]), tuple(int(person) for person in claims["people"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return Device(secrets.token_urlsafe(12), ())


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Set the cookie: this person has signed in here."""
    device = device_of(request)
    people = [*(person for person in device.people if person != user.pk), user.pk][-MOST_PEOPLE:]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": device.id, "people": people}, salt=SALT, compress=True),
        max_age=SECONDS,
        httponly=True,
        secure=settings.IS_HTTPS,
        samesite="Lax",
    )


def visitor_of(request: HttpRequest) -> str:
    """Return what a visitor's requests count by: the person who signed in here last, else the address.

    So others behind the address, as in a mobile network, can't use up what a person has at their device. By
    the person and not by the device: signing in again and again gives new devices.
    """
    people = device_of(request).people
    return f"device-of:{people[-1]}" if people else f"address:{client_address(request) or ''}"
