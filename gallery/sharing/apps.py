"""The sharing app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Sharing, which ends with an intruder's access."""

    name = "gallery.sharing"

    def ready(self) -> None:
        """Connect the receivers."""
        from gallery.accounts.signals import access_ended  # noqa: PLC0415
        from gallery.sharing.actions import end_since  # noqa: PLC0415
        from gallery.sharing.lending import take_back_since  # noqa: PLC0415

        # In this order: others, too, lock albums before grants.
        access_ended.connect(take_back_since, dispatch_uid="gallery.sharing.lending")
        access_ended.connect(end_since, dispatch_uid="gallery.sharing")
