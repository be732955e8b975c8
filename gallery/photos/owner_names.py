"""The display name beside a person's photos: what others read, and a moderator's decision about it.

The name of a trusted owner is public at once. Another one waits until a moderator approves it; until then,
others read the name that was approved before, or the username. Decisions carry the mark of what was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from gallery.accounts import audit
from gallery.accounts.models import NAME_FIELDS, AccountEvent, User
from gallery.accounts.moderators import may_decide
from gallery.accounts.trust import is_trusted
from gallery.blocks.actions import is_blocked
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo, mark_of
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

Kind = AccountEvent.Kind


def mark(person: User) -> str:
    """Return a digest of both names of the person."""
    return mark_of(person.username, person.display_name)


def waiting() -> QuerySet[User]:
    """Return who waits for a decision about their name, the longest first.

    A name that stands beside nothing can wait: only of people with a photo that is public or may become so.
    """
    beside = Photo.objects.filter(
        owner=OuterRef("pk"),
        state__in=(State.PENDING, State.APPROVED),
        visibility=Visibility.PUBLIC,
        trashed_at=None,
    )
    people = User.objects.filter(Exists(beside), name_at__isnull=False, is_active=True)
    return people.order_by(F("name_at").asc(), "pk")


def change(request: HttpRequest | None, person: User, name: str) -> Outcome:
    """Set the person's checked display name, or none. None and one that is public need no review."""
    if name == person.username:
        name = ""
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person.pk)
        if row.display_name == name:
            return Outcome.DONE
        row.display_name, row.name_note, row.name_at = name, "", None
        if not name or (is_trusted(row) and not is_blocked(row)):
            row.public_name = name
        elif name != row.public_name:
            row.name_at = timezone.now()
        row.save(update_fields=NAME_FIELDS)
        audit.record(request, row, Kind.NAME_CHANGED)
    return Outcome.WORDS_WAIT if row.name_at else Outcome.DONE


def approve(person_id: int, *, actor: User, name_mark: str) -> Outcome:
    """Make the name public, if it is still the one that the moderator read."""
    return _decide(person_id, actor=actor, name_mark=name_mark)


def reject(person_id: int, *, actor: User, name_mark: str, reason: str) -> Outcome:
    """Keep the name from others, or take it away. The person sees the reason."""
    return _decide(person_id, actor=actor, name_mark=name_mark, reason=reason)


@transaction.atomic
def _decide(person_id: int, *, actor: User, name_mark: str, reason: str = "") -> Outcome:
    person = User.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        return Outcome.CONFLICT
    if not may_decide(actor, person.pk):
        return Outcome.OWN_PHOTO
    if mark(person) != name_mark:
        return Outcome.WORDS_CHANGED
    if not reason:
        person.public_name = person.display_name
    elif person.public_name == person.display_name:
        person.public_name = ""
    person.name_at, person.name_note = None, reason
    person.save(update_fields=NAME_FIELDS)
    kind = Kind.NAME_REJECTED if reason else Kind.NAME_APPROVED
    # Without the request: the person reads the trail, and the address is the moderator's.
    audit.record(None, person, kind, actor=actor, name=person.display_name, reason=reason)
    return Outcome.DONE
