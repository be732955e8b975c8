"""A text, still to be written, for each photo that was there before."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("search", "0001_search_text")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        migrations.RunSQL(
            "INSERT INTO search_searchtext (photo_id, owner_id) SELECT id, owner_id FROM photos_photo "
            "WHERE id NOT IN (SELECT photo_id FROM search_searchtext)",
            migrations.RunSQL.noop,
        )
    ]
