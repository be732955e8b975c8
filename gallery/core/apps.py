"""The core app, which every other app may import."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Settings checks, middleware, metrics and database settings. It has no models."""

    name = "gallery.core"

    def ready(self) -> None:
        """Register the system checks and SQLite's functions."""
        from gallery.core import checks, database_waits, sqlite  # noqa: F401, PLC0415 - registration needs loaded apps
