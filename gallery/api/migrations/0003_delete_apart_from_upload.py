from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat, Replace


def keep(apps, _schema_editor):
    """Tokens that could upload could delete and purge, too, and keep what they could."""
    tokens = apps.get_model("api", "ApiToken").objects
    tokens.filter(scopes__contains="upload").exclude(scopes__contains="delete").update(
        scopes=Concat(Value("delete purge "), F("scopes"))
    )


def take_back(apps, _schema_editor):
    tokens = apps.get_model("api", "ApiToken").objects
    tokens.update(scopes=Replace(Replace(F("scopes"), Value("delete "), Value("")), Value("purge "), Value("")))


class Migration(migrations.Migration):
    dependencies = [("api", "0002_remove_pace")]

    operations = [migrations.RunPython(keep, take_back)]
