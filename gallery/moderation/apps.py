"""The moderation app, and the admin app with our site instead of Django's."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ModerationConfig(AppConfig):
    """The review queue, people and deletion records in the Django admin."""

    name = "gallery.moderation"


class AdminSiteConfig(AdminConfig):
    """Django's admin with ``ModerationSite`` as its default site."""

    default_site = "gallery.moderation.site.ModerationSite"

    def ready(self) -> None:
        """Name the models, once all are there."""
        from gallery.moderation.labels import name_models  # noqa: PLC0415 - apps are loaded before models

        super().ready()
        name_models()
