"""Imports of folders on this machine: the ``import_photos`` command. It has no models."""
