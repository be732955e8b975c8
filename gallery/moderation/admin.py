"""The admin classes, for Django's autodiscovery."""

from gallery.moderation.deletion_records import DeletionRecordAdmin
from gallery.moderation.people import InvitationAdmin, PersonAdmin
from gallery.moderation.queue import PhotoAdmin
from gallery.moderation.reports import ReportAdmin
from gallery.moderation.takedowns import TakenDownAdmin
from gallery.moderation.trail import AccountEventAdmin

__all__ = [
    "AccountEventAdmin",
    "DeletionRecordAdmin",
    "InvitationAdmin",
    "PersonAdmin",
    "PhotoAdmin",
    "ReportAdmin",
    "TakenDownAdmin",
]
