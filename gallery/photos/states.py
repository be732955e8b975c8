"""The states of a photo and how each is spoken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class State(models.TextChoices):
    """Where a photo stands; the trash lies beside the state, so that undo gives back what was."""

    AWAITING = "awaiting", _("Processing")
    PENDING = "pending", _("Awaiting review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Could not be read")


WITHOUT_PICTURE = frozenset({State.AWAITING, State.FAILED})
"""States of a photo whose thumbnails are not made."""


class Visibility(models.TextChoices):
    """Who a photo is meant for."""

    PUBLIC = "public", _("Everyone")
    PRIVATE = "private", _("Only me")


LABELS: dict[str, StrPromise | str] = {
    State.AWAITING: _("Processing"),
    State.PENDING: _("Awaiting review"),
    State.APPROVED: "",
    State.REJECTED: _("Rejected"),
    State.FAILED: _("Could not be read"),
}

SENTENCES: dict[str, StrPromise] = {
    State.AWAITING: _("Your picture is here; its thumbnail is being made."),
    State.PENDING: _("Waiting for review. Only you can see it."),
    State.APPROVED: _("Everyone can see it."),
    State.REJECTED: _("A moderator decided not to show it. Only you can see it."),
    State.FAILED: _("We could not read this picture."),
}

SENTENCES_FOR_OTHERS: dict[str, StrPromise] = SENTENCES | {
    State.AWAITING: _("The picture is here; its thumbnail is being made."),
    State.PENDING: _("Waiting for review. Only its owner and moderators can see it."),
    State.REJECTED: _("A moderator decided not to show it. Only its owner and moderators can see it."),
}
"""What moderators read of another person's photo."""

NEVER_ARRIVED = "never_arrived"
"""Why an offer failed that nobody ever used: a reason of the gallery's, not of the worker's."""

NEVER_ARRIVED_SENTENCE = _("The upload did not finish. Choose the file again.")

BEING_IMPORTED_SENTENCE = _("This picture is being fetched from the web; its thumbnail follows.")
