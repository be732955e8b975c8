"""The ``import_photos`` command. It has no models."""
