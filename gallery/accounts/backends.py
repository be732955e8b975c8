"""Sign in by username or email address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend

from gallery.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class NameOrEmailBackend(ModelBackend):
    """Django's model backend, extended to accept a confirmed email address as the username."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user with this username or email address and password, or ``None``."""
        if username is None:
            username = kwargs.get(User.USERNAME_FIELD)
        if username is None or password is None:
            return None
        user = User.objects.with_username_or_email(username)
        if user is None:
            # Hash anyway: the response time must not reveal whether an account exists.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
