"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, their sessions, and what follows from django-allauth's signals."""

    name = "gallery.accounts"

    def ready(self) -> None:
        """Connect the receivers."""
        from gallery.accounts import receivers  # noqa: F401, PLC0415 - importing connects
