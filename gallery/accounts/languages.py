"""The language that a person chose: a cookie for pages, a column for emails and for the next device.

Who chose none reads pages in the language of each browser, and emails in that of the browser that signed in
last. Decision 0148.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from gallery.accounts.models import User


def chosen(request: HttpRequest) -> str:
    """Return the language that was chosen in this browser; empty if none was."""
    name = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return name if name in dict(settings.LANGUAGES) else ""


def language_of(person: User) -> str:
    """Return the language for emails to a person."""
    return person.language or person.browser_language or settings.LANGUAGE_CODE


def in_language_of(person: User) -> AbstractContextManager[None]:
    """Speak to this person inside the block."""
    return translation.override(language_of(person))


def choose(response: HttpResponseBase, language: str, person: User | None = None) -> None:
    """Keep the choice in this browser and for this person; an empty one follows the browser again."""
    if person is not None:
        person.language = language
        person.save(update_fields=["language"])
    _keep(response, language)


def sign_in(request: HttpRequest, response: HttpResponseBase, person: User) -> None:
    """Go on in the person's language; one chosen before signing in becomes theirs if they have none."""
    known = person.language, person.browser_language
    person.language = person.language or chosen(request)
    if not chosen(request):
        person.browser_language = translation.get_language() or ""
    if known != (person.language, person.browser_language):
        person.save(update_fields=["language", "browser_language"])
    if person.language != chosen(request):
        _keep(response, person.language)


def sign_out(response: HttpResponseBase) -> None:
    """Forget the choice: the next person at this browser has their own."""
    _keep(response, "")


def _keep(response: HttpResponseBase, language: str) -> None:
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
