"""Users whose photos are approved without review, and the group that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission

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
    trusted = User.objects.with_perm(
        "photos.skip_review", backend="django.contrib.auth.backends.ModelBackend"
    )
    return set(trusted.filter(pk__in=list(user_ids)).values_list("pk", flat=True))
