"""The rights of accounts, and the trail of who gave and took which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.accounts import audit
from gallery.accounts.models import AccountEvent, User

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest

FLAGS = {"is_active": "active", "is_staff": "staff", "is_superuser": "admin"}
"""The trail's name of each right that is a column. The other rights are groups, such as Trusted."""


def rights_of(people: Collection[int]) -> dict[int, set[str]]:
    """Return the rights of each account as stored, by two queries."""
    users = User.objects.filter(pk__in=people)
    rights = {
        pk: {name for name, has in zip(FLAGS.values(), flags, strict=True) if has}
        for pk, *flags in users.values_list("pk", *FLAGS)
    }
    for pk, group in users.filter(groups__isnull=False).values_list("pk", "groups__name"):
        rights[pk].add(group)
    return rights


def record_changes(request: HttpRequest, before: dict[int, set[str]], *, actor: User) -> None:
    """Add to each account's trail the rights that it was given and that were taken since ``before``."""
    after = rights_of(before.keys())
    for person in User.objects.filter(pk__in=before).order_by("pk"):
        had, has = before[person.pk], after[person.pk]
        if had != has:
            audit.record(
                request,
                person,
                AccountEvent.Kind.RIGHTS_CHANGED,
                actor=actor,
                given=sorted(has - had),
                taken=sorted(had - has),
            )
