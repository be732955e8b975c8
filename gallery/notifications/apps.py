"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Tells people by mail what happened to their own photos."""

    name = "gallery.notifications"
    label = "notifications"
