"""Finer statistics of the texts, from which PostgreSQL guesses how many contain a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# It counts the bounds of a histogram that contain the word. Of the usual 100, one that happens to contain a
# rare word means 1 % of all photos, and then the timeline is walked for 50.
BOUNDS = 500
USUAL = -1


def set_statistics(editor: BaseDatabaseSchemaEditor, bounds: int) -> None:
    """Set how many bounds the next ANALYZE keeps."""
    if editor.connection.vendor == "postgresql":
        for column in ("public_text", "own_text"):
            editor.execute(
                f"ALTER TABLE search_searchtext ALTER COLUMN {column} SET STATISTICS {bounds}", params=None
            )


def refine(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Keep more bounds."""
    set_statistics(editor, BOUNDS)


def undo(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Keep the usual number."""
    set_statistics(editor, USUAL)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0002_texts_so_far")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(refine, undo)]
