"""Checks the gallery from inside, with the rights of its own role."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from gallery.operations import release_migrations
from gallery.operations.diagnosis import Finding, broken, note, ok, skipped
from gallery.operations.health import UNUSED_PHOTO_ID
from gallery.operations.resources import Names
from gallery.processing import database_mark
from gallery.storage import catalogue
from gallery.storage.disk import local_disk
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM_CLOCK_SKEW_SECONDS = 60
"""Offers would expire early long before AWS refuses anything."""
REFUSED_CLOCK_SKEW_SECONDS = 15 * 60
"""AWS refuses signatures that are off by more: S3 says ``RequestTimeTooSkewed``."""


def check() -> list[Finding]:
    """Run every check; a problem does not stop the others."""
    return [*_settings(), _database(), *_stores(), *_disk(), _signing(), _clock()]


def names() -> Names:
    """Return the resources that the settings name, to be checked from outside."""
    urls = (
        settings.THUMBNAILS_QUEUE_URL,
        settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL,
        settings.IMPORTS_QUEUE_URL,
        settings.IMPORTS_DEAD_LETTER_QUEUE_URL,
    )
    return Names(
        stage=settings.STAGE,
        site_origin=settings.SITE_ORIGIN,
        originals_bucket=settings.ORIGINALS_BUCKET,
        renditions_bucket=settings.RENDITIONS_BUCKET,
        catalogue_table=settings.CATALOGUE_TABLE,
        topic_arn=settings.PHOTO_EVENTS_TOPIC_ARN,
        queue_urls=tuple(url for url in urls if url),
        is_emulated=bool(settings.AWS_ENDPOINT_URL),
    )


def _settings() -> Iterator[Finding]:
    messages = [
        message
        for message in run_checks(include_deployment_checks=settings.STAGE != "local")
        if message.is_serious() or str(message.id).startswith("contactsheet.")
    ]
    for message in messages:
        title = f"setting: {message.msg.rstrip('.')}"
        hint = str(message.hint or "See docs/deploy.md.")
        yield broken(title, hint) if message.is_serious() else note(title, hint)
    if not messages:
        yield ok("settings")


def _database() -> Finding:
    try:
        pending = release_migrations.waiting()
    except DatabaseError as error:
        return broken(
            "database",
            f"it does not answer ({str(error).strip()[:200]}). Check DATABASE_URL and the network.",
            "web-errors",
        )
    if pending:
        # A deployment migrates in a step of its own, the local gallery at every start.
        command = "make run" if settings.STAGE == "local" else "make deploy"
        return broken("database", f"migrations to apply: {len(pending)}. Run: {command}", "web-errors")
    if refused := _refusal():
        return broken(
            "database", f"the sweep removes nothing. {refused} {database_mark.ADVICE}", "sweep-stopped"
        )
    return ok("database")


def _refusal() -> str:
    """Return why the next run of the sweep would remove nothing: after a restore, doctor runs before it."""
    try:
        return database_mark.compare()
    except OriginalsUnavailable:
        return database_mark.refusal()


def _stores() -> Iterator[Finding]:
    try:
        originals().head(UNUSED_PHOTO_ID)
        yield ok("originals")
    except OriginalsUnavailable as error:
        yield broken(
            "originals", f"S3 refuses ({error}). Check that the web has the stack's role. Run: make deploy"
        )
    try:
        catalogue.exists(UNUSED_PHOTO_ID)
        yield ok("catalogue")
    except catalogue.CatalogueUnavailable as error:
        yield broken(
            "catalogue", f"DynamoDB refuses ({error}). Check that the stack is complete. Run: make deploy"
        )


def _disk() -> Iterator[Finding]:
    disk = local_disk()
    if disk is None:
        return
    free = f"{filesizeformat(disk.free_bytes)} free"
    if disk.room_bytes <= 0:
        needed = filesizeformat(disk.floor_bytes)
        yield broken(
            "disk", f"{free}: uploads are refused below {needed}. Free some space in {settings.LOCAL_FOLDER}."
        )
    else:
        yield ok(f"disk, {free}")


def _signing() -> Finding:
    if not settings.PICTURES_ORIGIN:
        return ok("picture addresses, signed by S3")
    from gallery.storage.cloudfront import load_key  # noqa: PLC0415 - slow, and not needed where S3 signs

    try:
        load_key(settings.SIGNING_PRIVATE_KEY)
    except ValueError:
        return broken("CloudFront key", "SIGNING_PRIVATE_KEY is not an RSA key in PEM. Run: make deploy")
    if not settings.SIGNING_KEY_ID:
        return broken("CloudFront key", "SIGNING_KEY_ID is empty. Run: make deploy")
    return ok("CloudFront key")


def _clock() -> Finding:
    try:
        s3_time = originals().clock()
    except OriginalsUnavailable:
        return broken("clock", "not checked, because S3 does not answer; see originals.")
    if s3_time is None:
        return skipped("clock", "not checked: S3 sent no time")
    return compare_clocks(time.time(), s3_time.timestamp())


def compare_clocks(own_seconds: float, s3_seconds: float) -> Finding:
    """Compare this machine's clock with that of S3, both in seconds since the epoch."""
    skew_seconds = abs(own_seconds - s3_seconds)
    if skew_seconds > MAXIMUM_CLOCK_SKEW_SECONDS:
        refused = " AWS refuses whatever it signs." if skew_seconds > REFUSED_CLOCK_SKEW_SECONDS else ""
        return broken("clock", f"it is {skew_seconds:.0f} s off.{refused} Set this machine's clock by NTP.")
    return ok("clock")
