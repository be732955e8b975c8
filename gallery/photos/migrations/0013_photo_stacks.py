from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Add what stacks of a raw and its JPEG follow from. ``settle`` fills it: the catalogue knows the formats."""

    dependencies = [
        ("photos", "0012_takedown_group"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="format",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name="photo",
            name="stack_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="photo",
            name="stands_alone",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                "owner", "stack_key", condition=~Q(stack_key=""), name="photos_stacks"
            ),
        ),
    ]
