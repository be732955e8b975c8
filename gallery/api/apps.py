"""The API app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API, whose tokens end with the access of their person."""

    name = "gallery.api"

    def ready(self) -> None:
        """Connect the receiver."""
        from gallery.accounts.signals import access_ended  # noqa: PLC0415
        from gallery.api.tokens import end_all  # noqa: PLC0415

        access_ended.connect(end_all, dispatch_uid="gallery.api.tokens")
