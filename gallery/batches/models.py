"""Actions on many photos: a row for the action, and one for each photo."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What is done with each photo."""

    TRASH = "trash", _("Move to trash")
    RESTORE = "restore", _("Restore")
    PURGE = "purge", _("Delete permanently")
    FAVORITE = "favorite", _("Add to favorites")
    UNFAVORITE = "unfavorite", _("Remove from favorites")
    ARCHIVE = "archive", _("Archive")
    UNARCHIVE = "unarchive", _("Take out of the archive")
    SET_VISIBILITY = "set_visibility", _("Change who can see them")
    ADD_TAGS = "add_tags", _("Add tags")
    REMOVE_TAGS = "remove_tags", _("Remove tags")
    RENAME_TAG = "rename_tag", _("Rename a tag")
    ADD_TO_ALBUM = "add_to_album", _("Add to an album")
    REMOVE_FROM_ALBUM = "remove_from_album", _("Remove from an album")
    SHIFT_DATE = "shift_date", _("Shift the date")
    SET_DATE = "set_date", _("Set the date")
    ROTATE_LEFT = "rotate_left", _("Rotate left")
    ROTATE_RIGHT = "rotate_right", _("Rotate right")


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, by what is still to be done."""

    def unfinished(self) -> BatchQuerySet:
        """Keep those with photos that are still to be processed."""
        return self.filter(finished_at=None)


class Batch(models.Model):
    """One action on up to 10,000 photos of one person.

    ``choices`` are what the action needs, such as ``{"tags": ["sea"]}``. ``undoes`` is the batch that this
    one takes back. Who processes it holds it until ``leased_until``. ``canceled_at`` is set when its owner
    stopped it: then the photos that were not processed stay as they are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches")
    kind = models.CharField(max_length=20, choices=Kind)
    choices = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone_by")
    created_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("created_at", name="batches_unfinished", condition=Q(finished_at=None)),
            models.Index("finished_at", name="batches_finished", condition=Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return what is done."""
        return self.get_kind_display()


class BatchPhoto(models.Model):
    """One photo of a batch, in the order in which it was chosen.

    ``outcome`` is empty until it is processed, and then a reason code or ``done``. ``undo`` is what taking
    it back needs; null if nothing changed. ``given`` are choices for this photo alone.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="photos")
    position = models.IntegerField()
    # No foreign key: the outcome of a photo that was deleted permanently stays.
    photo_id = models.UUIDField()
    given = models.JSONField(null=True)
    outcome = models.CharField(max_length=40, blank=True, default="")
    undo = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "photo_id"], name="batches_photo_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("batch", "outcome", "position", name="batches_by_outcome"),
        ]

    def __str__(self) -> str:
        """Return the photo's id."""
        return str(self.photo_id)
