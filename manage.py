#!/usr/bin/env python3
"""Run the gallery's administrative commands."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # import_photos brings folders in by the engine of the contactsheet command.
    sys.path.append(str(Path(__file__).resolve().parent / "client"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gallery.settings")
    execute_from_command_line(sys.argv)
