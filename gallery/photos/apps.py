"""The photos app."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """Photos: what people decide about them."""

    name = "gallery.photos"
    label = "photos"
