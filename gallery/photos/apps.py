"""The photos app."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """Photos, their states and history, and deletion records."""

    name = "gallery.photos"
    label = "photos"
