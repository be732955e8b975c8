"""The web app: the pages that people use."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, forms and template tags. It has no models."""

    name = "gallery.web"
    label = "web"
