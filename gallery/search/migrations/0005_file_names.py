"""An index of owners' texts in which the signs of file names are letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Of "img_7.jpg", an index of the text itself knows three words, and finds all photos with the tag "theme-7".
SIGNS, LETTERS = "_.-", "ɐɑɒ"
BOUNDS = 500
"""As migration 0003 says."""


def make_index(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index. SQLite's has every sign as it is."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE INDEX search_own_signs ON search_searchtext"
            f" USING gin (translate(own_text, '{SIGNS}', '{LETTERS}') gin_trgm_ops)",
            params=None,
        )
        editor.execute(f"ALTER INDEX search_own_signs ALTER COLUMN 1 SET STATISTICS {BOUNDS}", params=None)


def drop_index(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX search_own_signs", params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0004_due_texts")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(make_index, drop_index)]
