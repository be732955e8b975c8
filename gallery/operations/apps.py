"""The operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Tells whether the gallery is well, and what to do when it is not."""

    name = "gallery.operations"
    label = "operations"
