"""Prepare the gallery itself: tables, static files and the first admin. Runs in the web's environment."""

from __future__ import annotations

import secrets

import django
from django.core.management import call_command

from infra.local.folder import Folder, write_secret

ADMIN = "admin"


def make_first_admin(folder: Folder) -> None:
    """Make an admin with a random password, unless there is one."""
    from gallery.accounts.models import User  # noqa: PLC0415  # models exist only after django.setup()

    if User.objects.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(ADMIN, "admin@example.com", password)
    write_secret(folder.password_file, password + "\n")


def main() -> None:
    """Do what has to be done before the web can serve."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    # static/src is what the files are built from, and refers to packages that are not served.
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["src"])
    make_first_admin(Folder.chosen())


if __name__ == "__main__":
    main()
