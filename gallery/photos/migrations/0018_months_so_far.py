"""Count the photos that were there before by month, one owner at a time: a stopped run is just repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MONTH = {
    "postgresql": "TO_CHAR(COALESCE(taken_local, created_at AT TIME ZONE 'UTC'), 'YYYY-MM')",
    "sqlite": "SUBSTR(COALESCE(taken_local, created_at), 1, 7)",
}


def count_months(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the counts of each owner by one statement of its own."""
    owners = apps.get_model("photos", "Photo").objects.order_by("owner_id").values_list("owner_id", flat=True)
    month = MONTH[editor.connection.vendor]
    last = 0
    while owner := owners.filter(owner_id__gt=last).first():
        with editor.connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO photos_monthcount (owner_id, month, photos) "  # noqa: S608 - constants
                f"SELECT owner_id, {month}, COUNT(*) FROM photos_photo WHERE owner_id = %s "
                "AND trashed_at IS NULL AND state NOT IN ('awaiting', 'failed') "
                f"GROUP BY owner_id, {month} "
                "ON CONFLICT (owner_id, month) DO UPDATE SET photos = EXCLUDED.photos",
                [owner],
            )
        last = owner


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("photos", "0017_month_counts")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(count_months, migrations.RunPython.noop)]
