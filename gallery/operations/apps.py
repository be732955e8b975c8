"""The operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Health checks, doctor, scheduled jobs and the operations pages. It has no models."""

    name = "gallery.operations"
    label = "operations"
