"""What each run of the sweep did, and campaigns."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class SweepRun(models.Model):
    """One run. ``done`` counts, by kind, what it brought forward. ``backlog`` is what remained.

    The row is made when the run begins. ``seconds`` is empty if it was ended before its end.
    """

    at = models.DateTimeField(db_index=True)
    seconds = models.FloatField(null=True)
    calls = models.PositiveIntegerField(default=0)
    done = models.JSONField(default=dict)
    backlog = models.JSONField(default=list)

    def __str__(self) -> str:
        """Return when it began."""
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class ProcessedHour(models.Model):
    """What was processed in one hour that is over, so that statistics of a month don't read its photos.

    ``wait_seconds`` is the sum, from upload to thumbnail, over the ``readable`` photos, without those that
    were processed again. ``failures`` counts by reason. Written once, by ``gallery.processing.hours``.
    """

    starts_at = models.DateTimeField(primary_key=True)
    processed = models.PositiveIntegerField(default=0)
    readable = models.PositiveIntegerField(default=0)
    wait_seconds = models.FloatField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    failures = models.JSONField(default=dict)

    def __str__(self) -> str:
        """Return the hour and its number of photos."""
        return f"{self.starts_at:%Y-%m-%d %H}: {self.processed}"

    @property
    def failed(self) -> int:
        """Return how many photos failed."""
        return sum(self.failures.values())


class CampaignState(models.TextChoices):
    """Whether a campaign goes on."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELED = "canceled"


class CampaignPhase(models.TextChoices):
    """What a campaign does: ask the worker, then remove the renditions that were replaced."""

    ASKING = "asking"
    REMOVING = "removing"


FIRST_CURSOR = uuid.UUID(int=0)


class Campaign(models.Model):
    """A request to make the renditions of many photos again, in the order of their ids.

    ``owner``, ``policy`` (that version or an older one) and ``reason`` (of failed photos) narrow it.
    ``cursor`` is the last photo of the present phase. ``paced_at`` is the instant up to which
    ``per_minute`` is used up.
    ``slot`` is 1 while the campaign is open and empty afterwards: being unique, it admits one at a time.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    policy = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.RUNNING)
    phase = models.CharField(max_length=10, choices=CampaignPhase, default=CampaignPhase.ASKING)
    slot = models.PositiveSmallIntegerField(null=True, unique=True, default=1)
    cursor = models.UUIDField(default=FIRST_CURSOR)
    per_minute = models.PositiveIntegerField()
    max_queue = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    asked = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    paced_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    OPEN: ClassVar[tuple[CampaignState, ...]] = (CampaignState.RUNNING, CampaignState.PAUSED)

    def __str__(self) -> str:
        """Return what is made again."""
        parts = [
            f"owner {self.owner}" if self.owner else "",
            f"policy {self.policy} or older" if self.policy else "",
            f"failed: {self.reason}" if self.reason else "",
        ]
        return ", ".join(filter(None, parts)) or "all photos"

    @property
    def left(self) -> int:
        """Return the photos that were not checked yet."""
        is_asking = self.phase == CampaignPhase.ASKING
        return max(self.total - self.asked - self.skipped, 0) if is_asking else 0


class DatabaseMark(models.Model):
    """The one row that tells which database this is, and how new. ``database_mark`` compares it with S3.

    ``refused`` says why the sweep removes nothing, and is empty if it may.
    """

    generation = models.UUIDField(default=uuid.uuid4)
    number = models.PositiveBigIntegerField(default=0)
    refused = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        """Return the generation and the number."""
        return f"{self.generation} {self.number}"
