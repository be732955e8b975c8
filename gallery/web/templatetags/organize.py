"""The tags and albums on a photo's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from gallery.albums.tagging import tags_of
from gallery.photos.models import Photo
from gallery.web.forms import OrganizeForm

if TYPE_CHECKING:
    from uuid import UUID

register = template.Library()


@register.inclusion_tag("albums/_organize.html", takes_context=True)
def tags_and_albums(context: dict[str, Any], photo_id: UUID, *, can_edit: bool) -> dict[str, Any]:
    """Show a photo's tags and, to its owner, the form that changes its tags and albums."""
    photo = Photo.objects.filter(pk=photo_id).first() if can_edit else None
    return {
        "photo_id": photo_id,
        "tags": tags_of([photo_id]).get(photo_id, []),
        "form": OrganizeForm(photo=photo) if photo else None,
        "words_are_reviewed": context.get("words_are_reviewed", False),
        "csrf_token": context.get("csrf_token"),
    }
