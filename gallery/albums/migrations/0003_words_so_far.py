"""Public albums keep the words that others read so far; those of owners who are not trusted wait for review."""

from typing import Any

from django.db import migrations
from django.db.models import F, Q


def keep_words(apps: Any, _schema_editor: Any) -> None:
    """Publish what is public already."""
    trusted = (
        apps.get_model("accounts", "User")
        .objects.filter(
            Q(is_superuser=True)
            | Q(groups__permissions__codename="skip_review")
            | Q(user_permissions__codename="skip_review"),
            is_active=True,
        )
        .values("pk")
    )
    albums = apps.get_model("albums", "Album").objects
    albums.update(words_at=F("created_at"))
    albums.filter(Q(visibility="public") | Q(owner__in=trusted)).update(
        public_title=F("title"), public_description=F("description")
    )
    albums.filter(owner__in=trusted).update(words_state="approved")


class Migration(migrations.Migration):
    """Fill the new columns."""

    dependencies = [
        ("albums", "0002_album_words"),
        ("accounts", "0007_confirmed_addresses"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(keep_words, migrations.RunPython.noop)]
