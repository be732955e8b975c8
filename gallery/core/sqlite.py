"""Corrects SQLite, which changes the case of ASCII letters only, and Django's parameter limit for it."""

from __future__ import annotations

import functools
import re
import sqlite3
from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

WILDCARDS = {"%": ".*", "_": "."}


@receiver(connection_created, dispatch_uid="gallery.core.sqlite")
def prepare(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Give a new SQLite connection the functions below, and let one INSERT carry 50 rows.

    Django assumes at most 999 parameters; SQLite allows 32,766 since 3.32.
    """
    if connection.vendor != "sqlite":
        return
    raw = connection.connection
    connection.features.max_query_params = raw.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    raw.create_function("lower", 1, lower, deterministic=True)
    raw.create_function("like", 2, like, deterministic=True)
    raw.create_function("like", 3, like, deterministic=True)


def lower(value: object) -> str | None:
    """Return the folded text; the indexes on usernames and email addresses use it."""
    return None if value is None else folded(str(value))


def like(pattern: object, value: object, escape: str = "") -> bool | None:
    r"""Return whether the value matches a LIKE pattern, without regard to case in any script.

    >>> like("%straße\\_%", "SEESTRASSE_1", "\\"), like("s_e%", "See"), like("a", "ab")
    (True, True, False)
    """
    if pattern is None or value is None:
        return None
    return _compiled(str(pattern), escape).fullmatch(folded(str(value))) is not None


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str, escape: str) -> re.Pattern[str]:
    parts = iter(folded(pattern))
    expression = ""
    for part in parts:
        if part == escape:
            expression += re.escape(next(parts, ""))
        else:
            expression += WILDCARDS.get(part) or re.escape(part)
    return re.compile(expression, re.DOTALL)
