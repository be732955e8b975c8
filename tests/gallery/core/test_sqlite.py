"""Names and searches find letters of every script, in either case and composed or not, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from gallery.accounts.models import User
from gallery.core.sqlite import like, lower
from gallery.moderation.search import matching
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from django.test import Client

    from tests.gallery.conftest import PhotoFactory

STORED_AND_SOUGHT = {
    "ascii": ("Sea side", "SEA"),
    "accents": ("Un été à Évian", "ÉTÉ"),
    "decomposed search": ("Un été", "e\u0301te\u0301"),
    "cyrillic": ("Чёрное море", "МОРЕ"),
    "greek final": ("Σίσυφος", "σίσυφοσ"),
    "turkish": ("ÇAĞLAYAN", "çağ"),
    "hebrew": ("תמונה", "תמונה"),
    "persian joiner": ("می\u200cخواهم", "می\u200cخواهم"),
    "wildcard": ("100%", "0%"),
    "underscore": ("a_b", "_"),
    "backslash": ("a\\b", "\\"),
}


@pytest.mark.parametrize(("stored", "sought"), STORED_AND_SOUGHT.values(), ids=STORED_AND_SOUGHT.keys())
def test_search__ignores_case(alice: User, make_photo: PhotoFactory, stored: str, sought: str) -> None:
    photo = make_photo(alice, caption=stored)
    named = make_photo(alice, file_name=f"{stored}.jpg")
    make_photo(alice, caption="Fjord", file_name="x.jpg")
    assert set(matching(Photo.objects.all(), sought)) == {photo, named}


@pytest.mark.django_db
def test_usernames__one_per_folded_name(client: Client) -> None:
    user = User.objects.create_user("Ägnes", "Ägnes@example.org", "correct-horse-battery")
    for name in ("ÄGNES", "a\u0308gnes", "ägnes@EXAMPLE.org"):
        assert User.objects.with_username_or_email(name) == user
    for name, email in (("ägnes", ""), ("other", "ÄGNES@example.org")):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(name, email, "correct-horse-battery")
    form = {"username": "ÄGNES", "password": "correct-horse-battery"}
    assert client.post("/sign-in/", form).status_code == 302


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        (None, "a", None),
        ("a", None, None),
        ("a%", "ab\ncd", True),
        ("a_", "ab", True),
        ("a_", "abc", False),
        ("1%", 12, True),
        ("a.c", "abc", False),
    ],
)
def test_like__sql(pattern: object, value: object, expected: bool | None) -> None:
    assert like(pattern, value) is expected


def test_lower__null() -> None:
    assert (lower(None), lower("ÄSS"), lower(5)) == (None, "äss", "5")


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_sqlite__index_of_usernames_is_consistent() -> None:
    User.objects.create_user("Öl", "", "correct-horse-battery")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchall() == [("ok",)]
