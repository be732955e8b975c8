"""A text, still to be written, for each photo that was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_rows(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Insert the rows that are missing, by one statement; what reads the words comes later."""
    uploaded = "created_at AT TIME ZONE 'UTC'" if editor.connection.vendor == "postgresql" else "created_at"
    editor.execute(
        "INSERT INTO search_searchtext (photo_id, owner_id, timeline_at) "
        f"SELECT id, owner_id, COALESCE(taken_local, {uploaded}) FROM photos_photo "
        "WHERE id NOT IN (SELECT photo_id FROM search_searchtext)",
        params=None,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0001_search_text")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
