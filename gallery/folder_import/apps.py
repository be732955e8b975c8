"""The folder import app: the door for folders on this machine."""

from django.apps import AppConfig


class FolderImportConfig(AppConfig):
    """The ``import_photos`` command. It has no models."""

    name = "gallery.folder_import"
    label = "folder_import"
