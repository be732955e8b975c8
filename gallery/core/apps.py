"""The core app, which every other app may import."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Settings checks, middleware, metrics and database settings. It has no models."""

    name = "gallery.core"

    def ready(self) -> None:
        """Register the system checks, and what connections need."""
        from gallery.core import checks, database_waits, query_plans, sqlite  # noqa: F401, PLC0415 - registration needs loaded apps
