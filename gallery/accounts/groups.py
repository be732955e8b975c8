"""The group of users whose photos need no review."""

from django.contrib.auth.models import Group, Permission

TRUSTED = "Trusted"


def trusted_group() -> Group:
    """Return the trusted group with its permission; create it if it was deleted."""
    group, created = Group.objects.get_or_create(name=TRUSTED)
    if created:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="photos", codename="skip_review")
        )
    return group
