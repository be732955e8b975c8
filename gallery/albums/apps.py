"""The albums app."""

from django.apps import AppConfig


class AlbumsConfig(AppConfig):
    """How people put photos in order: albums and tags."""

    name = "gallery.albums"
    label = "albums"
