"""Gives each request an id for all its log lines, which follows its photos to the worker and the news.

``request_id`` says who wrote a line; ``correlation_id`` says with which request its photo came. The
request that offers a photo has the same for both.
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
    """Bind the gateway's id, or one of ours where it gave none that can be used, until the answer is made."""
    clear_contextvars()
    request_id = correlation.accepted(untrusted_id) or str(uuid4())
    with bound_contextvars(request_id=request_id, correlation_id=request_id):
        yield request_id


@contextmanager
def bound(correlation_id: str) -> Iterator[None]:
    """Bind an id to what is done without a request, by a command or in a thread of its own."""
    with bound_contextvars(correlation_id=correlation_id):
        yield


def is_request() -> bool:
    """Tell whether a request is under way; a command shows people at a terminal its own words."""
    return "request_id" in get_contextvars()


def current() -> str:
    """Return the id of what is under way; a new one where nothing is, as in a schedule."""
    return str(get_contextvars().get("correlation_id") or uuid4())
