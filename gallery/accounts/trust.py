"""Users whose photos are approved without review, and the group that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission

if TYPE_CHECKING:
    from gallery.accounts.models import User

TRUSTED = "Trusted"


def trusted_group() -> Group:
    """Return the trusted group with its permission; create it if it was deleted."""
    group, created = Group.objects.get_or_create(name=TRUSTED)
    if created:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="photos", codename="skip_review")
        )
    return group


def is_trusted(user: User) -> bool:
    """Return whether the user's photos are approved without review."""
    return user.is_active and user.has_perm("photos.skip_review")
