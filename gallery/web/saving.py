"""What a script that edits a photo in place hears."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.urls import reverse

from gallery.albums.tagging import tags_of
from gallery.core import reasons
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.presentation.sentences import state_sentence
from gallery.web.errors import refusal

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import BaseForm


def saved(photo_id: UUID, outcome: Outcome) -> JsonResponse:
    """Return what the page says of the photo now, or why it was not saved."""
    if not outcome.is_done:
        return refusal(reasons.ALL[outcome.value])
    photo = Photo.objects.get(pk=photo_id)
    return JsonResponse(
        {
            "sentence": outcome.sentence,
            "waits": outcome is Outcome.WORDS_WAIT,
            "heading": photo.caption or photo.file_name,
            "alt": photo.alt_text or photo.caption or photo.file_name,
            "state_sentence": state_sentence(photo),
            "tags": [
                {"name": name, "url": reverse("tag", args=[name])}
                for name in tags_of([photo_id]).get(photo_id, [])
            ],
        }
    )


def refused_values(form: BaseForm) -> JsonResponse:
    """Say what is wrong with the values."""
    sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return refusal(replace(reasons.INVALID, message=sentence))
