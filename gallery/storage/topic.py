"""Own the SNS client: publish events to the topic.

``publish_now`` is for a request that just committed: one short attempt, within a time budget shared by all
requests of the process. ``publish`` is for jobs, which can wait.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from gallery.core import outages
from gallery.storage.aws import client_config, make_client

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

    from thumbworker.contract.events import PhotoEvent

logger = structlog.get_logger(__name__)

QUICK_SECONDS = 0.4
"""How long ``publish_now`` may wait for a connection, and again for the answer."""
WINDOW_SECONDS = 30.0
BUDGET_SECONDS = 0.5
"""How long all requests of a process together may wait for the topic in one window."""


@dataclass(slots=True)
class Topic:
    """The topic's two clients: one with short timeouts for requests, one with retries for jobs."""

    quick: SNSClient
    retrying: SNSClient
    window_began: float = float("-inf")
    waited_seconds: float = 0.0

    def publish(self, event: PhotoEvent) -> bool:
        """Publish the event. Return whether the topic accepted it."""
        return _publish(self.retrying, event)

    def publish_now(self, event: PhotoEvent) -> bool:
        """Try once to publish, if the budget allows. Return whether the topic accepted the event."""
        started = time.monotonic()
        if started - self.window_began > WINDOW_SECONDS:
            self.window_began, self.waited_seconds = started, 0.0
        if self.waited_seconds > BUDGET_SECONDS:
            return False
        published = _publish(self.quick, event)
        # After a failure, even a fast one, no other request tries until the window ends.
        self.waited_seconds += time.monotonic() - started if published else WINDOW_SECONDS
        return published


@functools.cache
def topic() -> Topic:
    """Return the process's topic."""
    quick = client_config(read_timeout=QUICK_SECONDS).merge(
        Config(connect_timeout=QUICK_SECONDS, retries={"total_max_attempts": 1})
    )
    return Topic(quick=make_client("sns", quick), retrying=make_client("sns", client_config()))


def _publish(client: SNSClient, event: PhotoEvent) -> bool:
    try:
        client.publish(
            TopicArn=settings.PHOTO_EVENTS_TOPIC_ARN,
            Message=event.to_json(),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in event.attributes().items()
            },
        )
    except (BotoCoreError, ClientError) as error:
        logger.warning(
            "event_not_published", type=event.type, photo_id=str(event.photo_id), problem=str(error)
        )
        if isinstance(error, ClientError):
            # Refused. A late answer is no case: the quick client gives it less than half a second.
            outages.note("TopicUnavailable", str(error))
        return False
    return True
