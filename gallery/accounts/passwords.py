"""Password strength: how many guesses an attacker needs, not which kinds of characters it has.

zxcvbn (MIT) knows 30,000 leaked passwords, names, words, dates, keyboard walks and their variations. Django's
validator beside it knows 20,000 more leaked ones. Both are offline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from gallery.accounts.models import User

LEAST_GUESSES_LOG10 = 10.0
"""Ten thousand million guesses. zxcvbn's own scale calls this "very unguessable" (its score 4)."""

LONGEST = 72
"""zxcvbn takes no more characters, and none is needed to be strong."""

OURS = ["contactsheet", "gallery", "photos", "photo"]


class StrengthValidator:
    """Refuses passwords that are easily guessed, also by someone who knows the account."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Check the password.

        Raises:
            ValidationError: it can be guessed.
        """
        # It costs 40 ms to import, which only a page that sets a password should pay.
        from zxcvbn import zxcvbn  # noqa: PLC0415

        about = [*OURS]
        if user is not None:
            about += [user.get_username(), user.email, *user.email.split("@")[:1]]
        found = zxcvbn(password[:LONGEST], user_inputs=[word for word in about if word], max_length=LONGEST)
        if found["guesses_log10"] < LEAST_GUESSES_LOG10:
            raise ValidationError(
                _("This password is too easy to guess. Use three or four unrelated words."),
                code="password_too_weak",
            )

    def get_help_text(self) -> str:
        """Return what a good password is."""
        return _("Three or four unrelated words make a strong password.")
