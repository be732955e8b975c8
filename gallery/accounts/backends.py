"""Signing in by name or by e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend

from gallery.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class NameOrEmailBackend(ModelBackend):
    """Django's own backend, which also knows people by their confirmed e-mail address."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the person whose name or address and password these are."""
        if username is None:
            username = kwargs.get(User.USERNAME_FIELD)
        if username is None or password is None:
            return None
        user = User.objects.known_as(username)
        if user is None:
            # Hash all the same: whoever measures the time must not learn who has an account.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
