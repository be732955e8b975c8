"""Albums of before changed last when they were created: nothing later is known."""

from typing import Any

from django.db import migrations
from django.db.models import F


def fill(apps: Any, _schema_editor: Any) -> None:
    """Set when the albums changed."""
    apps.get_model("albums", "Album").objects.update(changed_at=F("created_at"))


class Migration(migrations.Migration):
    """Fill the new column."""

    dependencies = [("albums", "0006_order_and_cover")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
