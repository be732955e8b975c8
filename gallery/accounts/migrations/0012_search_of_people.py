"""Trigrams of what admins search people by, and moderators the owners of photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Django compares with UPPER() for "icontains".
INDEXES = {
    f"accounts_user_{column}_trigrams": f"upper({column}) gin_trgm_ops"
    for column in ("username", "email", "display_name")
}


class Trigrams(TrigramExtension):
    """``pg_trgm``, which the texts of the search need as well."""

    reduces_to_sql = False  # it looks whether the extension is there

    def database_backwards(self, *_args: Any) -> None:
        """Keep the extension: others use it."""


def make_indexes(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the indexes on PostgreSQL. SQLite has none for parts of words; its galleries are small."""
    if editor.connection.vendor == "postgresql":
        for name, column in INDEXES.items():
            editor.execute(f"CREATE INDEX {name} ON accounts_user USING gin ({column})", params=None)


def drop_indexes(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them."""
    if editor.connection.vendor == "postgresql":
        for name in INDEXES:
            editor.execute(f"DROP INDEX {name}", params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0011_display_names")]
    operations: ClassVar[list[Any]] = [Trigrams(), migrations.RunPython(make_indexes, drop_indexes)]
