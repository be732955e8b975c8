"""Notification preferences, and the queue of notifications."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.photos.models import Photo
from gallery.photos.states import State


class Rhythm(models.TextChoices):
    """How often a user wants email about their own photos."""

    DAILY = "daily", _("Once a day, in one email")
    AT_ONCE = "at_once", _("As soon as something happens")
    OFF = "off", _("Never")


class NotificationPreference(models.Model):
    """A user's choice. Users without a row get one email a day."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_preference",
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.DAILY)

    def __str__(self) -> str:
        """Return the label of the choice."""
        return str(self.get_rhythm_display())


class Notification(models.Model):
    """One event of a photo that its owner is notified of once.

    ``state`` is the photo's state after the event. If the photo has another state when the email is written,
    the row is outdated and skipped. ``done_at`` is when the row was sent or skipped. ``claim`` is the id of
    the run that handles the row; no other run handles it before ``not_before``.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="notifications")
    event_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("person", "at", name="notifications_open", condition=Q(done_at=None)),
            models.Index("at", name="notifications_by_age"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["person", "event_id"], name="notifications_once"),
        ]

    def __str__(self) -> str:
        """Return the photo's id and state."""
        return f"{self.photo_id}: {self.state}"
