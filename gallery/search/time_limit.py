"""End a search that takes too long, so that no question keeps the database busy."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SECONDS = 2.0
STEPS_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine, about a millisecond."""
_CANCELED = "57014"
"""PostgreSQL's code ``query_canceled``: appendix A of its manual."""


class TooBroad(Exception):
    """A search found too much to finish in time."""


@contextmanager
def within_seconds(seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """End each statement of this context after so many seconds; on SQLite, all of them together.

    Raises:
        TooBroad: a statement was ended.
    """
    limited = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    try:
        with limited(seconds):
            yield
    except OperationalError as error:
        if not _is_limit(error):
            raise
        raise TooBroad from error


def _is_limit(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == _CANCELED or str(error) == "interrupted"


@contextmanager
def _on_postgresql(seconds: float) -> Iterator[None]:
    is_nested = connection.in_atomic_block
    # For this transaction only: a pooler may give the session to another one afterwards.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
        yield
        if is_nested:
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")


@contextmanager
def _on_sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    raw: Any = connection.connection
    deadline = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)
