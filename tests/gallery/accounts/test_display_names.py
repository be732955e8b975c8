"""Display names: spaces and any common script, but nothing that passes for another person or the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError

from gallery.accounts import display_names

if TYPE_CHECKING:
    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    [
        "maria k.",
        "J. R. Smith-Jones",
        "Анна Смирнова",
        "Анна Smith",  # two scripts in two words
        "山田 花子",
        "محمد علی",
        "राम प्रसाद",
        "Nguyễn Thị Ánh",
        "Łukasz O’Neil",
        "김철수",
        "x" * 60,
        "alice",  # one's own username
    ],
)
def test_check__names_of_people(name: str, alice: User) -> None:
    display_names.check(display_names.clean(name), username=alice.username)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Ann\u0430 Smith", "one alphabet in each word"),  # a Cyrillic a
        ("x" * 61, "at most 60"),
        ("buy at shop.example", "web or email"),
        ("https://a", "web or email"),
        ("anna@home", "web or email"),
        ("Anna\u0336\u0337\u0338\u0335\u0334", "too many marks"),
        ("...", "letter or a digit"),
        ("\u13aa\u13a0\u13b7\u13c6\u13c1", "this alphabet"),  # Cherokee, looks like ADMIN
        ("Contact Sheet", "reserved"),
        ("A d m 1 n", "reserved"),
        ("Bob", "someone's username"),
        ("b \u00f6 b", "someone's username"),
        ("b0b", "someone's username"),
    ],
)
def test_check__refusals(name: str, sentence: str, alice: User, bob: User) -> None:
    with pytest.raises(ValidationError, match=sentence):
        display_names.check(display_names.clean(name), username=alice.username)


@pytest.mark.parametrize(
    ("untrusted", "name"),
    [
        ("  Anna \t  Smith\n", "Anna Smith"),
        ("Anna\u202e htimS\u200b", "Anna htimS"),
        ("Zoe\u0308", "Zoë"),
        ("\u200d\u200b", ""),
    ],
)
def test_clean__hidden_signs_and_spaces(untrusted: str, name: str) -> None:
    assert display_names.clean(untrusted) == name
