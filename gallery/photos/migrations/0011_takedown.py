from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Photos can be taken down for good, by a permission of its own."""

    dependencies = [
        ("photos", "0010_sweep_shares"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="photo",
            options={
                "permissions": [
                    ("moderate_photo", "Can approve and reject photos"),
                    ("skip_review", "Is trusted: own photos are approved once processed"),
                    ("take_down", "Can take any photo down for good"),
                ]
            },
        ),
        migrations.AddField(
            model_name="photo",
            name="review_hint",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name="photo",
            name="taken_down_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="TakenDown",
            fields=[
                ("photo_id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=500)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("dhash", models.CharField(blank=True, max_length=16)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "taken down",
                "indexes": [
                    models.Index("at", condition=Q(finished_at=None), name="photos_takedowns_open"),
                ],
            },
        ),
    ]
