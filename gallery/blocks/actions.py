"""Block people and end blocks. The person hears of both by email."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from gallery.accounts import audit, emails
from gallery.accounts.models import AccountEvent
from gallery.blocks.models import Block

if TYPE_CHECKING:
    from gallery.accounts.models import User

Kind = AccountEvent.Kind


def is_blocked(user: User) -> bool:
    """Return whether the user is blocked now."""
    return Block.objects.filter(person=user.pk).exists()


def may_block(actor: User, person: User) -> bool:
    """Return whether the actor may block the person: admins may, but neither themselves nor each other."""
    return actor.is_superuser and actor.pk != person.pk and not person.is_superuser


def block(person: User, *, by: User, reason: str) -> bool:
    """Block the person. Return ``False`` if they are blocked already, or may not be."""
    if not may_block(by, person):
        return False
    values = {"at": timezone.now(), "by": by, "reason": reason}
    with transaction.atomic():
        _, made = Block.objects.get_or_create(person=person, defaults=values)
        if made:
            audit.record(None, person, Kind.BLOCKED, actor=by, reason=reason)
            _tell(person, "blocked", reason)
    return made


def unblock(person: User, *, by: User) -> bool:
    """End the person's block. Return ``False`` if there is none."""
    with transaction.atomic():
        ended = may_block(by, person) and Block.objects.filter(person=person).delete()[0] > 0
        if ended:
            audit.record(None, person, Kind.UNBLOCKED, actor=by)
            _tell(person, "unblocked", "")
    return ended


def _tell(person: User, name: str, reason: str) -> None:
    if person.email:
        emails.queue(name, person, {"name": person.own_name, "reason": reason})
