"""Users whose photos are approved without review, and the group that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from gallery.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def trusted_among(user_ids: Iterable[int]) -> set[int]:
    """Return those of the users whose photos are approved without review, by one query."""
    ids = list(user_ids)
    # ``with_perm`` would look for the permission among all permissions again for each of them.
    permission = Permission.objects.filter(content_type__app_label="photos", codename="skip_review")
    by_person = User.user_permissions.through.objects.filter(user__in=ids, permission__in=permission)
    by_group = User.groups.through.objects.filter(user__in=ids, group__permissions__in=permission)
    trusted = Q(is_superuser=True) | Q(pk__in=by_person.values("user")) | Q(pk__in=by_group.values("user"))
    return set(User.objects.filter(trusted, is_active=True, pk__in=ids).values_list("pk", flat=True))
