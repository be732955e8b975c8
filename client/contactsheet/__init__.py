"""The ``contactsheet`` command: a gallery's photos from the command line."""

__version__ = "0.1.0"
