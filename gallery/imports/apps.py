"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Photos that come from the web."""

    name = "gallery.imports"
    label = "imports"
