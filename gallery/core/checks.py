"""Names what is missing or unsafe in the settings, before a visitor finds out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.http.request import validate_host

REQUIRED = ("ORIGINALS_BUCKET", "RENDITIONS_BUCKET", "CATALOGUE_TABLE", "PHOTO_EVENTS_TOPIC_ARN")
SIGN_UP_MODES = ("open", "invitation", "closed")


@register()
def check_sign_up(**kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Check that the sign-up mode is one that exists."""
    if settings.SIGN_UP in SIGN_UP_MODES:
        return []
    return [
        Error(
            f"SIGN_UP is {settings.SIGN_UP!r}.",
            hint=f"Set it to one of {', '.join(SIGN_UP_MODES)}.",
            id="contactsheet.E001",
        )
    ]


@register(Tags.security, deploy=True)
def check_deployment(**kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Check that a deployment has every setting that it cannot do without."""
    from_the_stack: list[CheckMessage] = [
        Error(
            f"{name} is not set.", hint="Take it from the stack's outputs.", id=f"contactsheet.E{number:03}"
        )
        for number, name in enumerate(REQUIRED, start=10)
        if not getattr(settings, name)
    ]
    return from_the_stack + [message for is_wrong, message in _rules() if is_wrong]


def _rules() -> list[tuple[bool, CheckMessage]]:
    """Return what may be wrong of the rest, and whether it is."""
    host = urlsplit(settings.SITE_ORIGIN).hostname or ""
    signing = bool(settings.SIGNING_KEY_ID and settings.SIGNING_PRIVATE_KEY)
    return [
        (
            settings.SECRET_KEY == settings.INSECURE_SECRET_KEY,
            _error(20, "SECRET_KEY is not set.", "Make a long random one and keep it."),
        ),
        (
            not settings.IS_HTTPS,
            _error(
                21,
                f"SITE_ORIGIN is {settings.SITE_ORIGIN!r}.",
                "Set it to the address people use, beginning with https://.",
            ),
        ),
        (
            bool(settings.AWS_ENDPOINT_URL),
            _error(22, "AWS_ENDPOINT_URL is set.", "It is for the embedded AWS only."),
        ),
        (
            settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
            _error(24, "DATABASE_URL is not set.", "Set it to a PostgreSQL database."),
        ),
        (
            not validate_host(host, settings.ALLOWED_HOSTS),
            _error(25, f"ALLOWED_HOSTS does not allow {host!r}.", "Name the host of SITE_ORIGIN in it."),
        ),
        (
            settings.SITE_ORIGIN not in settings.CSRF_TRUSTED_ORIGINS,
            _error(26, "CSRF_TRUSTED_ORIGINS lacks SITE_ORIGIN.", "Leave it out: it is SITE_ORIGIN then."),
        ),
        (
            bool(settings.PICTURES_ORIGIN) and not signing,
            _error(
                27,
                "SIGNING_KEY_ID or SIGNING_PRIVATE_KEY is not set.",
                "PICTURES_ORIGIN shows pictures only by addresses signed with them.",
            ),
        ),
        (
            not settings.PICTURES_ORIGIN,
            _warning(
                30,
                "PICTURES_ORIGIN is not set.",
                "Without CloudFront, browsers fetch pictures again and again.",
            ),
        ),
        (
            not settings.ORIGIN_SECRET,
            _warning(31, "ORIGIN_SECRET is not set.", "Without it, people can go around CloudFront."),
        ),
        (
            settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
            _warning(33, "EMAIL_URL is not set.", "Set it, or password resets go nowhere."),
        ),
        (
            settings.DEFAULT_FROM_EMAIL == settings.LOCAL_FROM_EMAIL,
            _warning(
                32, "DEFAULT_FROM_EMAIL is not set.", "Mails that say they come from localhost get lost."
            ),
        ),
    ]


def _error(number: int, words: str, hint: str) -> CheckMessage:
    return Error(words, hint=hint, id=f"contactsheet.E{number:03}")


def _warning(number: int, words: str, hint: str) -> CheckMessage:
    return Warning(words, hint=hint, id=f"contactsheet.W{number:03}")
