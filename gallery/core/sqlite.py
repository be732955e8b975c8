"""Corrects Django's parameter limit for SQLite."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def set_parameter_limit(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Let one INSERT carry 50 rows: Django assumes 999 parameters, SQLite allows 32,766 since 3.32."""
    if connection.vendor == "sqlite":
        connection.features.max_query_params = connection.connection.getlimit(
            sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
        )


def register() -> None:
    """Set the limit of each connection when it is opened."""
    connection_created.connect(set_parameter_limit, dispatch_uid="gallery.core.sqlite")
