"""The one way to make an AWS client for the gallery: explicit region, time limits, few retries."""

from __future__ import annotations

import functools
import threading
from typing import Any

from boto3.session import Session
from botocore.config import Config
from django.conf import settings

CONNECT_TIMEOUT_SECONDS = 0.5
# A page must answer within three seconds even if a store is dead: two tries of this, not botocore's five
# of a minute each.
READ_TIMEOUT_SECONDS = 1.2
MAX_ATTEMPTS = 2


@functools.cache
def session() -> Session:
    """Return the process's one session: one set of credentials, renewed in one place."""
    return Session(region_name=settings.AWS_REGION)


def session_of(profile: str | None) -> Session:
    """Return a session of its own with the rights of a profile, or with those of the environment."""
    return Session(profile_name=profile, region_name=settings.AWS_REGION)


_lock = threading.Lock()


def make_client(service: str, config: Config) -> Any:
    """Make a client of the shared session; clients are thread-safe, but making them is not."""
    with _lock:
        return session().client(service, config=config)  # type: ignore[call-overload]


def client_config(*, read_timeout: float = READ_TIMEOUT_SECONDS, **more: Any) -> Config:
    """Return botocore's configuration for a client whose caller waits for a page."""
    return Config(
        region_name=settings.AWS_REGION,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=read_timeout,
        retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
        **more,
    )
