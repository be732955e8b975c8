"""The processing app: jobs that settle photos and finish deletions."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """Settle, sweep, fsck and account deletion, with their commands. It has no models."""

    name = "gallery.processing"
    label = "processing"
