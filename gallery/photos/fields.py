"""Columns of photos that Django has no field for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.dateparse import parse_datetime

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class WallClockField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A date and time without a zone, as a clock on the wall shows it; ``DateTimeField`` stores instants."""

    description = "Wall clock"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return ``timestamp`` (PostgreSQL: without time zone)."""
        return "datetime" if connection.vendor == "sqlite" else "timestamp"

    def to_python(self, value: Any) -> datetime | None:
        """Return a naive ``datetime``.

        Raises:
            TypeError: the value is an instant.
        """
        found = parse_datetime(value) if isinstance(value, str) else value
        if isinstance(found, datetime) and found.tzinfo is not None:
            raise TypeError("A wall clock has no time zone.")
        return found

    def from_db_value(self, value: Any, *_: Any) -> datetime | None:
        """Return a naive ``datetime``."""
        return self.to_python(value)

    def get_prep_value(self, value: Any) -> datetime | None:
        """Return a naive ``datetime``."""
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Return text for SQLite, which has no type for it."""
        value = value if prepared else self.get_prep_value(value)
        return str(value) if value is not None and connection.vendor == "sqlite" else value
