"""The photos app."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """Photos: what people decide about them."""

    name = "gallery.photos"
    label = "photos"

    def ready(self) -> None:
        """Register the checks and correct the database's limits."""
        from gallery import databases  # noqa: PLC0415 - registration needs loaded apps
        from gallery.photos import checks  # noqa: F401, PLC0415

        databases.register()
