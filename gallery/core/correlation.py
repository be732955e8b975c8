"""Gives each request an id for all its log lines, which its photos carry to the worker and its events.

``request_id`` is the request that wrote a line; ``correlation_id`` is the request that uploaded the photo. In
the request that offers a photo both are the same.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from structlog.contextvars import bound_contextvars, clear_contextvars, get_contextvars

from thumbworker.contract import correlation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def of_request(untrusted_id: object) -> Iterator[str]:
    """Bind the gateway's id, or a new one if that is not usable, while the request is handled."""
    clear_contextvars()
    request_id = correlation.accepted(untrusted_id) or str(uuid4())
    with bound_contextvars(request_id=request_id, correlation_id=request_id):
        yield request_id


def is_request() -> bool:
    """Return whether a request is being handled, as opposed to a command."""
    return "request_id" in get_contextvars()


def current() -> str:
    """Return the bound id, or a new one where none is bound, as in a scheduled job."""
    return str(get_contextvars().get("correlation_id") or uuid4())
