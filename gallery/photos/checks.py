"""Names what is missing or unsafe in the settings, before a visitor finds out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

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
    found: list[CheckMessage] = [
        Error(
            f"{name} is not set.", hint="Take it from the stack's outputs.", id=f"contactsheet.E{number:03}"
        )
        for number, name in enumerate(REQUIRED, start=10)
        if not getattr(settings, name)
    ]
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY:
        found.append(
            Error(
                "SECRET_KEY is not set.", hint="Make a long random one and keep it.", id="contactsheet.E020"
            )
        )
    if not settings.IS_HTTPS:
        found.append(
            Error(
                f"SITE_ORIGIN is {settings.SITE_ORIGIN!r}.",
                hint="Set it to the address people use, beginning with https://.",
                id="contactsheet.E021",
            )
        )
    if settings.AWS_ENDPOINT_URL or settings.S3_ENDPOINT_URL:
        found.append(
            Error("AWS_ENDPOINT_URL is set.", hint="It is for the embedded AWS only.", id="contactsheet.E022")
        )
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        found.append(
            Error(
                "EMAIL_URL is not set.", hint="Set it, or password resets go nowhere.", id="contactsheet.E023"
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Error("DATABASE_URL is not set.", hint="Set it to a PostgreSQL database.", id="contactsheet.E024")
        )
    return found
