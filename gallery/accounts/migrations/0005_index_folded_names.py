from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEXES = ("accounts_user_username_unique", "accounts_user_email_unique")


def index_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rebuild the indexes on LOWER(): on SQLite it now folds letters of every script."""
    if schema_editor.connection.vendor == "sqlite":
        for name in INDEXES:
            schema_editor.execute(f"REINDEX {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_one_rate_limiter'),
    ]

    operations = [
        migrations.RunPython(index_again, migrations.RunPython.noop),
    ]
