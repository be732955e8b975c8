"""A photo is found by each part of its words that the reader may see, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.photos.models import Photo
from gallery.search import index
from gallery.search.folding import folded_for_search
from gallery.search.querysets import containing

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def found(*words: str, viewer: User | None = None) -> list[str]:
    texts = [folded_for_search(word) for word in words]
    photos = Photo.objects.filter(containing(texts, viewer or AnonymousUser()))
    return list(photos.order_by("created_at").values_list("caption", flat=True))


@pytest.mark.parametrize(
    ("caption", "word"),
    [
        ("Harbor at dusk", "harbor"),
        ("Harbor at dusk", "bor at d"),
        ("Harbor at dusk", "at"),
        ("Café de Flore", "cafe"),
        ("Cafe de Flore", "café"),
        ("C++ and 100% \\ _x_", "c++"),
        ("C++ and 100% \\ _x_", "0%"),
        ("C++ and 100% \\ _x_", "_x"),
        ('it\'s "so"', "'s"),
        ('it\'s "so"', '"so"'),
        ('it\'s "so"', '"s'),
        ("東京タワー", "東京"),
        ("東京タワー", "京タワ"),
        ("नदी किनारे", "दी"),
        ("क्या", "क्या"),
        ("مُحَمَّد", "محمد"),
        ("Straße", "STRASSE"),
        ("a", "a"),
    ],
)
def test_containing__finds_a_part(alice: User, make_photo: PhotoFactory, caption: str, word: str) -> None:
    make_photo(alice, caption=caption)
    make_photo(alice, caption="Nothing to see")
    assert found(word) == [caption]


@pytest.mark.parametrize("few", [9, 0])
def test_two_signs__of_few_and_of_many(
    alice: User, bob: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(index, "FEW", few)
    for caption in ("東京タワー at dusk", "京都", "Tokyo at noon"):
        make_photo(alice, caption=caption, file_name="駅.jpg")
    for viewer in (None, bob, alice):
        assert found("東京", viewer=viewer) == ["東京タワー at dusk"]
        assert found("at", viewer=viewer) == ["東京タワー at dusk", "Tokyo at noon"]
        assert found("at", "東京", viewer=viewer) == ["東京タワー at dusk"]
    assert len(found("駅.", viewer=alice)) == 3
    assert found("駅.", viewer=bob) == []
