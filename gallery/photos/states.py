"""The states of a photo and how each is spoken of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a photo stands; the trash lies beside the state, so that undo gives back what was."""

    AWAITING = "awaiting", _("Processing")
    PENDING = "pending", _("Awaiting review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Could not be read")


class Visibility(models.TextChoices):
    """Who a photo is meant for."""

    PUBLIC = "public", _("Everyone")
    PRIVATE = "private", _("Only me")


LABELS: dict[str, str] = {
    State.AWAITING: "Processing",
    State.PENDING: "Awaiting review",
    State.APPROVED: "",
    State.REJECTED: "Rejected",
    State.FAILED: "Could not be read",
}

SENTENCES: dict[str, str] = {
    State.AWAITING: "Your picture is here; its thumbnail is being made.",
    State.PENDING: "Waiting for review. Only you can see it.",
    State.APPROVED: "Everyone can see it.",
    State.REJECTED: "A moderator decided not to show it. Only you can see it.",
    State.FAILED: "We could not read this picture.",
}

NEVER_ARRIVED = "never_arrived"
"""Why an offer failed that nobody ever used: a reason of the gallery's, not of the worker's."""

NEVER_ARRIVED_SENTENCE = "The upload did not finish. Choose the file again."

BEING_IMPORTED_SENTENCE = "This picture is being fetched from the web; its thumbnail follows."
