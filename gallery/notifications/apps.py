"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Emails users about their own photos."""

    name = "gallery.notifications"
    label = "notifications"
