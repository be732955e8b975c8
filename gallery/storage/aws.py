"""Create the gallery's AWS clients: explicit region, short timeouts, few retries, bounded waiting."""

from __future__ import annotations

import functools
import threading
from typing import Any

from boto3.session import Session
from botocore.config import Config
from django.conf import settings

from gallery.storage import time_limits

MAX_ATTEMPTS = 2
"""Two short attempts, not botocore's five of a minute each; ``time_limits`` bounds all calls of a request."""


@functools.cache
def session() -> Session:
    """Return the process's shared session, which holds one set of credentials and refreshes it."""
    return Session(region_name=settings.AWS_REGION)


def session_of(profile: str | None) -> Session:
    """Return a new session with the credentials of a profile, or of the environment if it is ``None``."""
    return Session(profile_name=profile, region_name=settings.AWS_REGION)


_lock = threading.Lock()


def make_client(service: str, config: Config) -> Any:
    """Create a client of the shared session. Clients are thread-safe, but creating them is not."""
    with _lock:
        client = session().client(service, config=config)  # type: ignore[call-overload]
    time_limits.watch(client)
    return client


def client_config(
    *, connect_timeout: float | None = None, read_timeout: float | None = None, **more: Any
) -> Config:
    """Return botocore's configuration for a client that is used while a page waits."""
    return Config(
        region_name=settings.AWS_REGION,
        connect_timeout=connect_timeout or settings.STORE_SECONDS["connect"],
        read_timeout=read_timeout or settings.STORE_SECONDS["answer"],
        retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
        **more,
    )
