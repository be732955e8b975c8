"""The states of a photo, and who it is meant for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.core import reasons


class State(models.TextChoices):
    """The state of a photo. The trash is not a state, so that restoring gives back the state it had."""

    AWAITING = "awaiting", _("Processing")
    PENDING = "pending", _("Awaiting review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Couldn't be processed")


class WordsState(models.TextChoices):
    """Whether a moderator has read the words that an owner wrote last, of a photo or of an album."""

    WAITING = "waiting", _("Waiting for review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


IN_QUEUE = frozenset({State.PENDING, State.APPROVED})
"""States of a photo that may wait for a moderator: to be decided about, or with new words."""
WITHOUT_PICTURE = frozenset({State.AWAITING, State.FAILED})
"""States of a photo whose thumbnails are not made."""


class Visibility(models.TextChoices):
    """Who a photo is meant for."""

    PUBLIC = "public", _("Everyone")
    PRIVATE = "private", _("Only me")


NEVER_ARRIVED = reasons.NEVER_ARRIVED.code
"""The gallery's own reason for a failed photo: its offer was never used."""
