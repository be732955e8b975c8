from django.db import migrations

from gallery.accounts.usernames import skeleton

BATCH = 500


def fill(apps, _schema_editor):
    """Write what names look like, addresses in lower case, and the rows of the confirmed ones."""
    user_model = apps.get_model("accounts", "User")
    address_model = apps.get_model("account", "EmailAddress")
    users = user_model.objects.only("pk", "username", "email")
    batch = []
    for user in users.iterator(chunk_size=BATCH):
        user.skeleton = skeleton(user.username)[:200]
        user.email = user.email.lower()
        batch.append(user)
        if len(batch) == BATCH:
            save(user_model, address_model, batch)
            batch = []
    save(user_model, address_model, batch)


def save(user_model, address_model, batch):
    user_model.objects.bulk_update(batch, ["skeleton", "email"])
    address_model.objects.bulk_create(
        (
            address_model(user_id=user.pk, email=user.email, verified=True, primary=True)
            for user in batch
            if user.email
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_accounts_by_allauth"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
