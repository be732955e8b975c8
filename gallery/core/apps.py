"""The core app: what every room above it relies on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Settings checks and the database's limits. It has no models."""

    name = "gallery.core"
    label = "core"

    def ready(self) -> None:
        """Register the checks and correct the database's limits."""
        from gallery.core import checks, sqlite  # noqa: F401, PLC0415 - registration needs loaded apps

        sqlite.register()
