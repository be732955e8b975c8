"""Counts the requests in which a store did not answer, or refused: one metric, one alarm.

Pages survive such a store: they show placeholders, or refuse with a sentence, so no 5xx need show it.
"""

from __future__ import annotations

import contextvars
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from gallery.core.metrics import measure
from thumbworker.contract.metrics import UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

logger = structlog.get_logger(__name__)

Problems = dict[str, str]
"""The last problem of each store that did not answer, by the name of its error."""

_current: contextvars.ContextVar[Problems | None] = contextvars.ContextVar("outages", default=None)


class StoreUnavailable(Exception):
    """A store did not answer, or refused for a reason that is not the caller's. Counts for its request."""

    def __init__(self, problem: str) -> None:
        """Count it, whatever the request makes of it."""
        super().__init__(problem)
        note(type(self).__name__, problem)


def note(store: str, problem: str) -> None:
    """Count a store that did not answer for the request under way, if there is one."""
    problems = _current.get()
    if problems is not None:
        problems[store] = problem


def current() -> Problems | None:
    """Return what this request has met, to be handed to its threads: threads inherit no context."""
    return _current.get()


@contextmanager
def collected(problems: Problems | None) -> Iterator[None]:
    """Collect into ``problems`` what the calls inside meet."""
    token = _current.set(problems)
    try:
        yield
    finally:
        _current.reset(token)


class OutagesMiddleware:
    """Log and measure each request in which a store did not answer, once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response."""
        problems: Problems = {}
        with collected(problems):
            response = self.get_response(request)
        if problems:
            logger.warning(
                "stores_unavailable", path=request.path, status=response.status_code, problems=problems
            )
            measure(settings.STAGE, {UNAVAILABLE: 1})
        return response
