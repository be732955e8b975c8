"""A database that is locked, slow or away: what a request waits for it, and what a read does without.

Reads note things by the way: the rate limiter's count, a token's or a session's last use, what the worker
found. ``best_effort`` runs such a write, waits a moment at most, and goes on without it. For some seconds
after a failure it does not try again, so that only one read of a process waits.

On PostgreSQL a request's statements end after ``STATEMENT_SECONDS``, and after ``LOCK_SECONDS`` of waiting
for a lock. Jobs and commands have no such limit. Behind a pooler the role needs it, because a session is
shared: see docs/database.md.
"""

from __future__ import annotations

import contextvars
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.signals import connection_created
from django.dispatch import receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

logger = structlog.get_logger(__name__)

LOCK_SECONDS = 3
STATEMENT_SECONDS = 20
"""Less than API Gateway's 30, so that the answer is ours."""
NOTE_SECONDS = 0.2
"""How long a read waits for SQLite's lock to note something."""
PAUSE_SECONDS = 5.0
RETRY_AFTER_SECONDS = 5

ERRORS = (OperationalError, InterfaceError, InternalError)
"""Django's errors, some of which mean that the database is locked or away."""
_READ_ONLY = "25006"
_SQLITE_AWAY = frozenset({5, 6, 8, 10, 13, 14})
"""BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN: https://www.sqlite.org/rescode.html"""
_PRIMARY_CODE = 0xFF

T = TypeVar("T")


@dataclass(slots=True)
class _Pause:
    """Until when this process tries no such write."""

    until: float = 0.0


_pause = _Pause()
_in_request: contextvars.ContextVar[bool] = contextvars.ContextVar("database_in_request", default=False)
_bounded: WeakSet[Any] = WeakSet()
"""PostgreSQL connections that have the limits."""


def is_busy(error: BaseException | None) -> bool:
    """Return whether the database is locked, slow or away, and not asked wrongly: trying again may help."""
    if isinstance(error, OperationalError):
        code = getattr(error.__cause__, "sqlite_errorcode", None)
        # Without the code of SQLite it is PostgreSQL's, where a wrong statement is a ProgrammingError.
        return code is None or code & _PRIMARY_CODE in _SQLITE_AWAY
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") == _READ_ONLY
    return isinstance(error, InterfaceError)


def best_effort(what: str, write: Callable[[], T], otherwise: T) -> T:
    """Return what a write returns that a read can do without; ``otherwise`` if the database is busy.

    Outside a transaction only: a failure would end it.
    """
    if time.monotonic() < _pause.until:
        return otherwise
    try:
        with _short_wait():
            return write()
    except ERRORS as error:
        if not is_busy(error):
            raise
        _pause.until = time.monotonic() + PAUSE_SECONDS
        logger.warning("database_note_skipped", what=what, problem=str(error))
        return otherwise


@contextmanager
def _short_wait() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw: Any = connection.connection
    usual_seconds = connection.settings_dict["OPTIONS"].get("timeout", 5)
    raw.execute(f"PRAGMA busy_timeout = {int(NOTE_SECONDS * 1000)}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(usual_seconds * 1000)}")


@receiver(connection_created, dispatch_uid="gallery.core.database_waits")
def _bound_new(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    if _in_request.get():
        _bound(connection)


def _bound(used: BaseDatabaseWrapper) -> None:
    """Set the limits once for each connection, by the driver: it is no query of the request."""
    raw = used.connection
    is_shared = used.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    if used.vendor != "postgresql" or raw is None or is_shared or raw in _bounded:
        return
    raw.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    raw.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    _bounded.add(raw)


def lift() -> None:
    """Take the limits off the connection that requests of this process left, for a long job."""
    raw: Any = connection.connection
    if raw is not None and raw in _bounded:
        raw.execute("SET lock_timeout TO DEFAULT")
        raw.execute("SET statement_timeout TO DEFAULT")
        _bounded.discard(raw)


class DatabaseWaitsMiddleware:
    """Limits how long a request waits for the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Store the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response."""
        token = _in_request.set(True)
        try:
            # A job of this process may have left it open.
            _bound(connections[DEFAULT_DB_ALIAS])
            return self.get_response(request)
        finally:
            _in_request.reset(token)
