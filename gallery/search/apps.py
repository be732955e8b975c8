"""The search app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The texts by which photos are found, written whenever a word changes."""

    name = "gallery.search"

    def ready(self) -> None:
        """Connect the receivers."""
        from gallery.search import receivers  # noqa: F401, PLC0415 - importing connects
