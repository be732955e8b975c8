from django.db import migrations, models


class Migration(migrations.Migration):
    """Remove a column that repeated what the primary key says: the original's key."""

    dependencies = [
        ("photos", "0006_processed_index"),
    ]

    operations = [
        # With a default the removal can be reversed on a table that has rows.
        migrations.AlterField(
            model_name="photo",
            name="original",
            field=models.FileField(default="", editable=False, max_length=100, upload_to=""),
        ),
        migrations.RemoveField(model_name="photo", name="original"),
    ]
