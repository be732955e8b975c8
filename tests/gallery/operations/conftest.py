"""Queues of the operations pages, made by the template on moto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.storage import queues

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import MotoAws


@pytest.fixture
def dead_letter_queue(moto_aws: MotoAws, settings: SettingsWrapper) -> str:
    """Return the URL of the only dead-letter queue that the gallery knows."""
    settings.THUMBNAILS_QUEUE_URL = moto_aws.outputs.thumbnails_queue_url
    settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL = moto_aws.outputs.thumbnails_dead_letter_queue_url
    queues._client.cache_clear()
    return moto_aws.outputs.thumbnails_dead_letter_queue_url
