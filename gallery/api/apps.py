"""The API app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The HTTP API and its tokens."""

    name = "gallery.api"
    label = "api"
