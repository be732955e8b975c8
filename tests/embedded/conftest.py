"""The gallery of this process against the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gallery.storage import aws, catalogue
from tests.gallery.conftest import admin, alice, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import EnforcedAws

__all__ = ["admin", "alice", "trusted"]


@pytest.fixture
def on_embedded(
    embedded_aws: EnforcedAws, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EnforcedAws]:
    """Run this process's gallery under the web's role, against the embedded AWS."""
    for name, value in embedded_aws.web_environment().items():
        monkeypatch.setenv(name, value)
    settings.S3_ENDPOINT_URL = embedded_aws.endpoint_url
    settings.ORIGINALS_BUCKET = embedded_aws.outputs.originals_bucket
    settings.RENDITIONS_BUCKET = embedded_aws.outputs.renditions_bucket
    settings.CATALOGUE_TABLE = embedded_aws.outputs.catalogue_table
    # Another storage, with a client of its own.
    settings.STORAGES = dict(settings.STORAGES)
    forget: list[Callable[[], Any]] = [aws.session.cache_clear, catalogue._client.cache_clear]
    for each in forget:
        each()
    yield embedded_aws
    for each in forget:
        each()
