"""Corrects Django's parameter limit for SQLite."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@receiver(connection_created, dispatch_uid="gallery.core.sqlite")
def set_parameter_limit(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Let one INSERT carry 50 rows: Django assumes 999 parameters, SQLite allows 32,766 since 3.32."""
    if connection.vendor == "sqlite":
        connection.features.max_query_params = connection.connection.getlimit(
            sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
        )
