from django.db import migrations

import gallery.photos.fields


class Migration(migrations.Migration):
    """Add the wall clock of capture. ``settle`` fills it: only the catalogue knows a row's offset."""

    dependencies = [
        ("photos", "0007_remove_photo_original"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="taken_local",
            field=gallery.photos.fields.WallClockField(editable=False, null=True),
        ),
    ]
