"""Usernames that others could be mistaken for."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from gallery.accounts import usernames
from gallery.accounts.models import User

CYRILLIC_ADMIN = "\u0430dmin"


@pytest.mark.parametrize(
    "name",
    [
        CYRILLIC_ADMIN,
        "admi\u03b7",  # a Greek eta
        "alic\u0435",  # a Cyrillic ie
        "\u03bflga",  # a Greek omicron
        "b\u043eb",
        "\u0561lice",  # Armenian
        "p\u0430ypal",
        "\uff41dmin",  # before it is normalized
    ],
)
def test_check__mixed_alphabets(name: str) -> None:
    with pytest.raises(ValidationError, match="one alphabet"):
        usernames.check(name)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "ADMIN", "adm1n", "adm\u0131n", "\u00e1dmin", "a.d.m.i.n"]
)
def test_check__reserved_and_what_looks_like_it(name: str) -> None:
    with pytest.raises(ValidationError, match="reserved"):
        usernames.check(name)


@pytest.mark.parametrize("name", ["alice@example.org", "@", "..", "__"])
def test_check__other_refusals(name: str) -> None:
    with pytest.raises(ValidationError):
        usernames.check(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u13aa\u13a0\u13b7\u13c6\u13c1",  # Cherokee, looks like ADMIN
        "\ua4ee\ua4d3\ua4df\ua4f2\ua4e0",  # Lisu, the same
        "\u2c81\u2c9f",  # Coptic, looks like ao
        "\U00010416\U0001040b",  # Deseret
        "\u16d6\u16ba",  # runes
    ],
)
def test_check__alphabets_out_of_use(name: str) -> None:
    with pytest.raises(ValidationError, match="this alphabet"):
        usernames.check(name)


@pytest.mark.parametrize(
    "name",
    [
        "\u0251dmin",  # Latin alpha
        "\u1d00\u1d05\u1d0d\u026a\u0274",  # small capitals
        "\u0261allery",  # script g
        "\ua731upport",
        "modera\u0167or",  # t with stroke
        "sta\u0192f",  # f with hook
    ],
)
def test_check__other_shapes_of_latin_letters(name: str) -> None:
    with pytest.raises(ValidationError, match="reserved"):
        usernames.check(name)


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "anna.maria",
        "\u0142ukasz",
        "bj\u00f8rn",
        "\u0192\u0254\u014b",  # Ewe
        "o-neil_99",
        "\u00c4gnes",
        "\u0418\u0432\u0430\u043d",  # Ivan, in Cyrillic
        "\u0395\u03bb\u03ad\u03bd\u03b7",  # Eleni, in Greek
        "\u5c71\u7530\u305f\u308d\u3046",  # kanji with hiragana
        "\uae40\u6c38",  # hangul with hanja
        "\u0645\u0631\u064a\u0645",
    ],
)
def test_check__names_of_all_alphabets(name: str) -> None:
    usernames.check(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("there", "new"),
    [
        ("alice", "Alice"),
        ("alice", "a1ice"),
        ("alice", "al1ce"),
        ("alice", "ali.ce"),
        ("marna", "mama"),
        ("oleg", "0leg"),
        ("cepe", "\u0441\u0435\u0440\u0435"),  # all Cyrillic
    ],
)
def test_sign_up__name_that_looks_like_a_taken_one(client, there: str, new: str) -> None:
    User.objects.create_user(there)
    fields = {"username": new, "email": "new@example.org", "password1": PASSWORD}
    answer = client.post("/sign-up/", fields)
    assert answer.status_code == 422
    assert "This username is taken. Choose another." in answer.content.decode()


PASSWORD = "correct-horse-battery"
