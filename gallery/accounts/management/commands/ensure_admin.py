"""Make the first admin, where nobody is there to type."""

import os
import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User


class Command(BaseCommand):
    help = (
        "Make the first admin unless there is an active one already; changes nobody who exists. Values come "
        "from the options or from ADMIN_USERNAME, ADMIN_PASSWORD and ADMIN_EMAIL. Without a password one is "
        "made up and printed, this once. Exit status 0 in every case but unusable values."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default=os.environ.get("ADMIN_USERNAME", "admin"))
        parser.add_argument("--email", default=os.environ.get("ADMIN_EMAIL", ""))
        # A password among the options is seen by everybody on the machine: the variable is better.
        parser.add_argument("--password", default=os.environ.get("ADMIN_PASSWORD", ""))

    def handle(self, *args: Any, **options: Any) -> None:
        if there := User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first():
            self.stdout.write(f"There is an admin: {there.get_username()}")
            return
        username, email, password = options["username"], options["email"], options["password"]
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"{username} exists and is no admin. Choose another name.")
        made_up = "" if password else secrets.token_urlsafe(12)
        try:
            validate_password(password or made_up, User(username=username, email=email))
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        User.objects.create_superuser(username, email, password or made_up)
        self.stdout.write(f"Made the admin {username}" + (f" with password {made_up}" if made_up else ""))
