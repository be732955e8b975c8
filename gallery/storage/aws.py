"""Create the gallery's AWS clients: explicit region, short timeouts, few retries."""

from __future__ import annotations

import functools
import threading
from typing import Any

from boto3.session import Session
from botocore.config import Config
from django.conf import settings

CONNECT_TIMEOUT_SECONDS = 0.5
# A page must answer within three seconds even if a store is down: two attempts of this length, not
# botocore's five of a minute each.
READ_TIMEOUT_SECONDS = 1.2
MAX_ATTEMPTS = 2


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
        return session().client(service, config=config)  # type: ignore[call-overload]


def client_config(*, read_timeout: float = READ_TIMEOUT_SECONDS, **more: Any) -> Config:
    """Return botocore's configuration for a client that is used while a page waits."""
    return Config(
        region_name=settings.AWS_REGION,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=read_timeout,
        retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
        **more,
    )
