"""The groups that the gallery speaks of."""

from django.contrib.auth.models import Group, Permission

MODERATORS, TRUSTED = "Moderators", "Trusted"


def trusted_group() -> Group:
    """Return the group whose members' photos need no review; made again if somebody deleted it."""
    group, made = Group.objects.get_or_create(name=TRUSTED)
    if made:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="photos", codename="skip_review")
        )
    return group
