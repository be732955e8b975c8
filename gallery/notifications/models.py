"""What people want to hear of their photos, and what is still to be told them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.photos.models import Photo
from gallery.photos.states import State


class Rhythm(models.TextChoices):
    """How often a person wants mail about their own photos."""

    DAILY = "daily", _("Once a day, in one mail")
    AT_ONCE = "at_once", _("At once, within minutes")
    OFF = "off", _("Never")


class NotificationPreference(models.Model):
    """What a person chose; whoever chose nothing gets one mail a day."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_preference",
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.DAILY)

    def __str__(self) -> str:
        """Say what was chosen."""
        return str(self.get_rhythm_display())


class Notification(models.Model):
    """One thing that happened to a person's photo and is to be told them, once.

    ``state`` is where the photo came to stand; if it has moved on when the mail is written, the row says
    nothing any more. ``done_at`` is when it was mailed or found to say nothing. ``claim`` names the run
    that works on the row, and no other touches it before ``not_before``.
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
        """Say what it tells."""
        return f"{self.photo_id}: {self.state}"
