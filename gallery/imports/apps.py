"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports of photos by URL."""

    name = "gallery.imports"
    label = "imports"
