"""Bound how long a request or a job waits for AWS stores that do not answer.

botocore's timeouts bound one attempt, but a request makes several calls, each with a second attempt. So what
a request has waited in vain is counted over all its calls and stores, and no attempt begins whose timeout
would exceed the limit: it fails at once, as if the store had not answered. Calls that are answered cost
nothing, except that none begins after ``whole`` seconds, because API Gateway gives up after 30.

Commands have no limit. ``settings.STORE_SECONDS`` has the figures.
"""

from __future__ import annotations

import contextvars
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError
from django.conf import settings

from gallery.core import outages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

clock = time.monotonic

P = ParamSpec("P")
T = TypeVar("T")


class OutOfTime(BotoCoreError):
    """The request or job has waited long enough; this attempt was not made."""

    fmt = "{store} was not asked: {seconds:.1f} s were lost waiting for stores"


@dataclass(slots=True)
class TimeLimit:
    """Seconds that may be lost: to all stores together, and to one of them."""

    seconds: float
    per_store: float = inf
    whole: float = inf
    lost: dict[str, float] = field(default_factory=dict)
    _began: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def has_room(self, store: str, waited: float, next_attempt: float) -> bool:
        """Return whether an attempt of a call, which has waited already, may begin and end in vain."""
        now = clock()
        with self._lock:
            self._began = now if self._began is None else self._began
            more = waited + next_attempt
            return (
                sum(self.lost.values()) + more <= self.seconds
                and self.lost.get(store, 0.0) + more <= self.per_store
                and now - self._began <= self.whole
            )

    def lose(self, store: str, seconds: float) -> None:
        """Count what a call without an answer took."""
        with self._lock:
            self.lost[store] = self.lost.get(store, 0.0) + seconds


_current: contextvars.ContextVar[TimeLimit | None] = contextvars.ContextVar("store_time_limit", default=None)


class _Call(threading.local):
    """The call that this thread makes now: botocore's events don't say when it began."""

    began: float | None = None


_call = _Call()


class _Watch:
    """Applies the current limit to one client, by botocore's events."""

    def __init__(self, client: Any) -> None:
        self.store = str(client.meta.service_model.service_name)
        self.attempt_seconds = float(client.meta.config.read_timeout)

    def before_send(self, **_event: Any) -> None:
        if _current.get() is None:
            return
        if _call.began is None:
            _call.began = clock()
        self._check()

    def needs_retry(self, *, caught_exception: Exception | None, **_event: Any) -> None:
        if caught_exception is not None and _current.get() is not None:
            # Before botocore waits up to a second for an attempt that would be refused.
            self._check(caught_exception)

    def _check(self, cause: Exception | None = None) -> None:
        limit = _current.get()
        waited = clock() - (_call.began or clock())
        if limit and not limit.has_room(self.store, waited, self.attempt_seconds):
            raise cause or OutOfTime(store=self.store, seconds=sum(limit.lost.values()))

    def after_call(self, **_event: Any) -> None:
        _call.began = None

    def after_error(self, **_event: Any) -> None:
        limit = _current.get()
        if limit and _call.began is not None:
            limit.lose(self.store, clock() - _call.began)
        _call.began = None


def watch(client: Any) -> None:
    """Make the client keep to the limit of the request or job that uses it."""
    watching, events = _Watch(client), client.meta.events
    events.register("before-send", watching.before_send)
    events.register_first("needs-retry", watching.needs_retry)
    events.register("after-call", watching.after_call)
    events.register("after-call-error", watching.after_error)


@contextmanager
def limited(limit: TimeLimit) -> Iterator[TimeLimit]:
    """Apply the limit to all calls inside, instead of an outer limit."""
    token = _current.set(limit)
    try:
        yield limit
    finally:
        _current.reset(token)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let the calls inside wait longer than their request may otherwise: what it lost already counts, too."""
    limit = _current.get()
    if limit is None:
        yield
        return
    raised = TimeLimit(max(seconds, limit.seconds), whole=limit.whole, lost=limit.lost, _began=limit._began)  # noqa: SLF001
    with limited(raised):
        yield


def carried(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function with the limit of this thread, for a pool: threads inherit no context."""
    limit, problems = _current.get(), outages.current()

    def call(*arguments: P.args, **named: P.kwargs) -> T:
        token = _current.set(limit)
        try:
            with outages.collected(problems):
                return function(*arguments, **named)
        finally:
            _current.reset(token)

    return call


def of_request() -> TimeLimit:
    """Return a new limit for a web request."""
    seconds = settings.STORE_SECONDS
    return TimeLimit(seconds["request"], whole=seconds["request_whole"])


def of_health_check() -> TimeLimit:
    """Return a new limit for one store's check: a store that hangs must not make another look down."""
    return TimeLimit(settings.STORE_SECONDS["health"])


def of_job() -> TimeLimit:
    """Return a new limit for one run of a job: a store that hangs leaves time for the others."""
    seconds = settings.STORE_SECONDS
    return TimeLimit(seconds["job"], per_store=seconds["job_store"])


class StoreTimeMiddleware:
    """Limit how long each request waits for stores."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response."""
        with limited(of_request()):
            return self.get_response(request)
