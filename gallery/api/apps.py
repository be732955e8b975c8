"""The API app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The gallery for programs."""

    name = "gallery.api"
    label = "api"
