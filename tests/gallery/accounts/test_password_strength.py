"""Passwords by the guesses they take, not by kinds of characters."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from gallery.accounts.models import User

DORA = User(username="dora.winter", email="dorothea@example.org")


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaa", "Summer2026!", "Password123!", "letmein12345", "contactsheet", "contactsheet2026"),
        *("qwertyuiop12", "P@ssw0rd2026", "1234567890ab", "iloveyou2026", "Tr0ub4dour&3", "dragonfly99!"),
        *("abcabcabcabc", "liverpool2024!", "zaq12wsxcde3", "Winter2025!!", "football1234", "monkey123456"),
        *("dora.winter1", "Dorothea2026!", "dorothea-dora"),
    ],
)
def test_password__easily_guessed(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, DORA)


@pytest.mark.parametrize(
    "password",
    [
        *("correct-horse-battery", "harbor violet engine", "kaputte Lampe im Flur", "x9$Kq2!mZp7w"),
        *("длинный пароль из слов", "é" * 4 + " unrelated words", "a long sentence " * 20),
    ],
)
def test_password__strong(password: str) -> None:
    validate_password(password, DORA)
