"""Make the group whose members may take photos down; an operator decides which moderators are in it."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the group with its permission, unless it is there."""
    app_config = apps.get_app_config("photos")
    # As in 0003: permissions come after all migrations otherwise.
    models_module = getattr(app_config, "models_module", None)
    app_config.models_module = True
    create_permissions(app_config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    app_config.models_module = models_module
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group, made = Group.objects.get_or_create(name="Takedown")
    if made:
        group.permissions.set(
            Permission.objects.filter(content_type__app_label="photos", codename="take_down")
        )


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0011_takedown"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
