"""Create the first admin without a terminal, as a deployment needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from gallery.accounts.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser

ADMIN = "admin"


class Command(BaseCommand):
    help = "Create the account 'admin' with this email address and password, unless an admin exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("password")

    def handle(self, *args: Any, email: str, password: str, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            self.stdout.write("An admin already exists. Nothing was changed.")
            return
        User.objects.create_superuser(ADMIN, email, password)
        self.stdout.write(f"Created the account {ADMIN!r}.")
