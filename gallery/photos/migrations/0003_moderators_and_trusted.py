"""Make the two groups that the gallery speaks of; an operator may change them afterwards."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = {
    "Moderators": ("moderate_photo", "view_photo", "view_historyentry"),
    "Trusted": ("skip_review",),
}


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make each group with its permissions, unless it is there."""
    app_config = apps.get_app_config("photos")
    # Permissions come after all migrations otherwise, too late for this one.
    # An app as a migration sees it has no models module, and without one no permissions are made.
    models_module = getattr(app_config, "models_module", None)
    app_config.models_module = True
    create_permissions(app_config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    app_config.models_module = models_module
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        group, made = Group.objects.get_or_create(name=name)
        if made:
            group.permissions.set(
                Permission.objects.filter(content_type__app_label="photos", codename__in=codenames)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0002_photo_origin_url"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
