"""System checks for missing or unsafe settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.http.request import validate_host

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIRED = ("ORIGINALS_BUCKET", "RENDITIONS_BUCKET", "CATALOGUE_TABLE", "PHOTO_EVENTS_TOPIC_ARN")
SIGN_UP_MODES = ("open", "invitation", "closed")


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a deployment; ``message`` may contain values as ``{settings.NAME}``."""

    id: str
    is_broken: Callable[[], bool]
    message: str
    hint: str

    def check_message(self) -> CheckMessage:
        """Return what Django reports: an error for an id with E, else a warning."""
        level = Error if self.id.startswith("E") else Warning
        return level(self.message.format(settings=settings), hint=self.hint, id=f"contactsheet.{self.id}")


RULES = (
    Rule(
        "E020",
        lambda: settings.SECRET_KEY == settings.INSECURE_SECRET_KEY,
        "SECRET_KEY is not set.",
        "Generate a long random value and keep it.",
    ),
    Rule(
        "E021",
        lambda: not settings.IS_HTTPS,
        "SITE_ORIGIN is {settings.SITE_ORIGIN!r}.",
        "Set it to the address that people use. It must start with https://.",
    ),
    Rule(
        "E022",
        lambda: bool(settings.AWS_ENDPOINT_URL),
        "AWS_ENDPOINT_URL is set.",
        "It is for the embedded AWS only.",
    ),
    Rule(
        "E024",
        lambda: settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "DATABASE_URL is not set.",
        "Set it to a PostgreSQL database.",
    ),
    Rule(
        "E025",
        lambda: not validate_host(urlsplit(settings.SITE_ORIGIN).hostname or "", settings.ALLOWED_HOSTS),
        "ALLOWED_HOSTS lacks the host of {settings.SITE_ORIGIN!r}.",
        "Add the host of SITE_ORIGIN.",
    ),
    Rule(
        "E026",
        lambda: settings.SITE_ORIGIN not in settings.CSRF_TRUSTED_ORIGINS,
        "CSRF_TRUSTED_ORIGINS lacks SITE_ORIGIN.",
        "Remove CSRF_TRUSTED_ORIGINS. The default is SITE_ORIGIN.",
    ),
    Rule(
        "E027",
        lambda: (
            bool(settings.PICTURES_ORIGIN) and not (settings.SIGNING_KEY_ID and settings.SIGNING_PRIVATE_KEY)
        ),
        "SIGNING_KEY_ID or SIGNING_PRIVATE_KEY is not set.",
        "PICTURES_ORIGIN requires addresses signed with them.",
    ),
    Rule(
        "W030",
        lambda: not settings.PICTURES_ORIGIN,
        "PICTURES_ORIGIN is not set.",
        "Without CloudFront, browsers download pictures again and again.",
    ),
    Rule(
        "W031",
        lambda: not settings.ORIGIN_SECRET,
        "ORIGIN_SECRET is not set.",
        "Without it, requests can bypass CloudFront.",
    ),
    Rule(
        "W033",
        lambda: settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
        "EMAIL_URL is not set.",
        "Without it, no email is sent, not even for password resets.",
    ),
    Rule(
        "W032",
        lambda: settings.DEFAULT_FROM_EMAIL == settings.LOCAL_FROM_EMAIL,
        "DEFAULT_FROM_EMAIL is not set.",
        "Mail servers reject email from localhost.",
    ),
)


@register()
def check_sign_up(**kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Check that the sign-up mode exists."""
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
    """Check that a deployment has every setting that it needs."""
    missing: list[CheckMessage] = [
        Error(
            f"{name} is not set.", hint="Copy it from the stack's outputs.", id=f"contactsheet.E{number:03}"
        )
        for number, name in enumerate(REQUIRED, start=10)
        if not getattr(settings, name)
    ]
    return missing + [rule.check_message() for rule in RULES if rule.is_broken()]
