from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest


def release_all(apps, schema_editor):
    """Return reserved bytes: without the columns nothing could return them later."""
    record, user = apps.get_model("photos", "DeletionRecord"), apps.get_model("accounts", "User")
    held = record.objects.filter(owner__isnull=False).order_by().values_list("owner_id")
    for owner_id, total in held.annotate(total=Sum("reserved_bytes")):
        user.objects.filter(pk=owner_id).update(used_bytes=Greatest(F("used_bytes") - total, 0))


class Migration(migrations.Migration):
    """Keep bytes and places of purged photos reserved until their signed PUTs end."""

    dependencies = [
        ("photos", "0008_photo_taken_local"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="deletionrecord",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="deletionrecord",
            name="reserved_bytes",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="deletionrecord",
            name="reserved_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="deletionrecord",
            index=models.Index(
                "owner",
                "reserved_until",
                condition=Q(owner__isnull=False),
                name="photos_deletions_reserved",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, release_all),
    ]
