"""Examines the gallery from inside, by what its own role may do: each finding is fine or says what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from gallery.operations.diagnosis import Finding, apart, bearable, ill, well
from gallery.operations.resources import Names
from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = UUID(int=0)
MAXIMUM_CLOCK_SKEW_SECONDS = 60
"""AWS refuses signatures that are off by 15 minutes; offers would end early long before."""


def examine() -> list[Finding]:
    """Look at everything, also after something was found."""
    return [*_settings(), _database(), *_stores(), _signing(), _clock()]


def names() -> Names:
    """Return what the settings name, for whoever may look at it from outside."""
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
    found = [
        message
        for message in run_checks(include_deployment_checks=settings.STAGE != "local")
        if message.is_serious() or str(message.id).startswith("contactsheet.")
    ]
    for message in found:
        title = f"setting: {message.msg.rstrip('.')}"
        hint = str(message.hint or "See docs/deploy.md.")
        yield ill(title, hint) if message.is_serious() else bearable(title, hint)
    if not found:
        yield well("settings")


def _database() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as problem:
        return ill(
            "database",
            f"it does not answer ({str(problem).strip()[:200]}). Check DATABASE_URL and its network.",
            "web-errors",
        )
    if waiting:
        # The step of a deployment that migrates; here it is done at every start.
        again = "make run" if settings.STAGE == "local" else "make deploy"
        return ill("database", f"{len(waiting)} migrations wait. Run: {again}", "web-errors")
    return well("database")


def _stores() -> Iterator[Finding]:
    try:
        originals().head(NOBODY)
        yield well("originals")
    except OriginalsUnavailable as problem:
        yield ill("originals", f"S3 refuses ({problem}). Is the web's role the stack's? Run: make deploy")
    try:
        catalogue.exists(NOBODY)
        yield well("catalogue")
    except catalogue.CatalogueUnavailable as problem:
        yield ill("catalogue", f"DynamoDB refuses ({problem}). Is the stack complete? Run: make deploy")


def _signing() -> Finding:
    if not settings.PICTURES_ORIGIN:
        return well("addresses of pictures, signed by S3")
    from gallery.storage.cloudfront import load_key  # noqa: PLC0415 - costs time where S3 signs

    try:
        load_key(settings.SIGNING_PRIVATE_KEY)
    except ValueError:
        return ill("CloudFront key", "SIGNING_PRIVATE_KEY is not an RSA key in PEM. Run: make deploy")
    if not settings.SIGNING_KEY_ID:
        return ill("CloudFront key", "SIGNING_KEY_ID is empty. Run: make deploy")
    return well("CloudFront key")


def _clock() -> Finding:
    try:
        theirs = originals().clock()
    except OriginalsUnavailable:
        return ill("clock", "S3 does not say what time it is; see originals.")
    if theirs is None:
        return apart("clock", "S3 does not say what time it is")
    return compare_clocks(time.time(), theirs.timestamp())


def compare_clocks(ours: float, theirs: float) -> Finding:
    """Compare this machine's clock with that of S3, both in seconds since 1970."""
    skew_seconds = abs(ours - theirs)
    if skew_seconds > MAXIMUM_CLOCK_SKEW_SECONDS:
        return ill("clock", f"it is {skew_seconds:.0f} s off. Set this machine's clock by NTP.")
    return well("clock")
