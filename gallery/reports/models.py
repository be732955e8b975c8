"""Reports of photos."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.photos.models import Photo
from gallery.sharing.models import Grant, is_in

MAX_WORDS = 500


class ReportReason(models.TextChoices):
    """Why a visitor reports a photo."""

    PERSON = "person", _("It shows me, or someone who did not agree")
    COPYRIGHT = "copyright", _("It is someone else's work")
    UNSAFE = "unsafe", _("It is violent, hateful, or sexual")
    SPAM = "spam", _("It is advertising or spam")
    OTHER = "other", _("Something else")


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, by what is still to be decided."""

    def open(self) -> ReportQuerySet:
        """Keep what a moderator has to look at: photos that are public, and reports that are not dismissed.

        A photo that was rejected, trashed or made private needs no decision. Its reports come back with it.
        One that was reported in a share needs a decision as long as a share shows it.
        """
        # For each report, or all public and all shared photos would be read.
        reported = Photo.objects.filter(pk=OuterRef("photo_id"))
        shared = reported.shown_by_grants().filter(is_in(Grant.objects.open().values("album")))
        seen = Exists(reported.public()) | Q(Exists(shared), in_share=True)
        return self.filter(seen, dismissed_at=None)


class Report(models.Model):
    """One visitor's report of one photo. ``reporter`` is a keyed digest, so it identifies no person.

    ``in_share`` says that a grant showed it to them: it may be private.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=20, choices=ReportReason)
    words = models.CharField(max_length=MAX_WORDS, blank=True)
    reporter = models.CharField(max_length=64, editable=False)
    in_share = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index("at", name="reports_open", condition=Q(dismissed_at=None)),
        ]
        constraints: ClassVar[list[Any]] = [
            # Someone whose report was dismissed can't raise it again and again.
            models.UniqueConstraint(fields=["photo", "reporter"], name="reports_once_each"),
        ]

    def __str__(self) -> str:
        """Return the reason and the photo."""
        return f"{self.reason}: {self.photo_id}"
