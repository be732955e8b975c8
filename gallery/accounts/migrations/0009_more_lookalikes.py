from django.db import migrations

from gallery.accounts.usernames import skeleton


def compute_skeletons(apps, schema_editor):
    user_model = apps.get_model("accounts", "User")
    for user in user_model.objects.only("username", "skeleton").iterator():
        if user.skeleton != (found := skeleton(user.username)[:200]):
            user_model.objects.filter(pk=user.pk).update(skeleton=found)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_trail_of_rights")]

    operations = [migrations.RunPython(compute_skeletons, migrations.RunPython.noop)]
