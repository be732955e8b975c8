"""The ``contactsheet`` command: manage a gallery's photos from the command line."""

__version__ = "0.1.0"
