"""Create the first admin without prompts."""

import os
import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User


class Command(BaseCommand):
    help = (
        "Create the first admin unless there is an active one. Existing users are not changed. Values come "
        "from the options or from ADMIN_USERNAME, ADMIN_PASSWORD and ADMIN_EMAIL. Without a password, one is "
        "generated and printed once. The exit status is 0 unless a value is unusable."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default=os.environ.get("ADMIN_USERNAME", "admin"))
        parser.add_argument("--email", default=os.environ.get("ADMIN_EMAIL", ""))
        # Every user of the machine can see a password among the options: prefer the variable.
        parser.add_argument("--password", default=os.environ.get("ADMIN_PASSWORD", ""))

    def handle(self, *args: Any, **options: Any) -> None:
        if existing := User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first():
            self.stdout.write(f"Admin exists: {existing.get_username()}")
            return
        username, email, password = options["username"], options["email"], options["password"]
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"The user {username} exists and is not an admin. Choose another username.")
        generated = "" if password else secrets.token_urlsafe(12)
        try:
            validate_password(password or generated, User(username=username, email=email))
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        User.objects.create_superuser(username, email, password or generated)
        self.stdout.write(f"Created admin {username}" + (f" with password {generated}" if generated else ""))
