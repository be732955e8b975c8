"""The states of an album's words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WordsState(models.TextChoices):
    """Whether a moderator has read an album's title and description."""

    WAITING = "waiting", _("Waiting for review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
