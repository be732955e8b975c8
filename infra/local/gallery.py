"""Prepare tables, static files and the first admin. Runs in the web's environment."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from infra.local.folder import Folder, write_secret

ADMIN = "admin"
NOT_SERVED = ["src"]
"""Sources of the browser files: they import packages that are not served."""


def make_first_admin(folder: Folder) -> None:
    """Create an admin with a random password, which is kept in a file, if there is no admin."""
    from gallery.accounts.models import User  # noqa: PLC0415  # models exist only after django.setup()

    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return
    password = secrets.token_urlsafe(12)
    call_command("ensure_admin", username=ADMIN, password=password)
    write_secret(folder.password_file, password + "\n")


def collect_static_files() -> None:
    """Collect and compress the static files if they changed."""
    sources = {
        (path, (found := Path(storage.path(path)).stat()).st_size, found.st_mtime_ns)
        for finder in get_finders()
        for path, storage in finder.list(NOT_SERVED)
    }
    digest = hashlib.sha256(repr(sorted(sources)).encode()).hexdigest()
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
        stamp.write_text(digest)


def main() -> None:
    """Migrate, collect static files and create the first admin."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()
    make_first_admin(Folder.chosen())


if __name__ == "__main__":
    main()
