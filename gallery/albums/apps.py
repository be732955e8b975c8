"""The albums app."""

from django.apps import AppConfig


class AlbumsConfig(AppConfig):
    """Albums and tags."""

    name = "gallery.albums"
    label = "albums"
