"""The index of owners' texts as they are goes: ``search_own_signs`` stands in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_index(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index, and keep no more statistics of what no query compares."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX search_own_trigrams", params=None)
        editor.execute("ALTER TABLE search_searchtext ALTER COLUMN own_text SET STATISTICS -1", params=None)


def make_index(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Create it again."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE INDEX search_own_trigrams ON search_searchtext USING gin (own_text gin_trgm_ops)",
            params=None,
        )
        editor.execute("ALTER TABLE search_searchtext ALTER COLUMN own_text SET STATISTICS 500", params=None)


class Migration(migrations.Migration):
    # The release before searches by it until this one serves.
    is_contract: ClassVar[bool] = True
    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0005_file_names")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(drop_index, make_index)]
