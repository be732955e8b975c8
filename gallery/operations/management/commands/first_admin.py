"""Make the first admin without asking anybody, for a deployment has no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from gallery.accounts.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser

ADMIN = "admin"


class Command(BaseCommand):
    help = "Make the account 'admin' with this address and password, unless some admin exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("password")

    def handle(self, *args: Any, email: str, password: str, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            self.stdout.write("There is an admin already; nothing was changed.")
            return
        User.objects.create_superuser(ADMIN, email, password)
        self.stdout.write(f"Made the account {ADMIN!r}.")
