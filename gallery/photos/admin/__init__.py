"""The desk's part for photos: review, and what was deleted."""

from gallery.photos.admin.deletion_records import DeletionRecordAdmin
from gallery.photos.admin.photos import PhotoAdmin

__all__ = ["DeletionRecordAdmin", "PhotoAdmin"]
