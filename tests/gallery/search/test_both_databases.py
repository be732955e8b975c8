"""250 queries in six scripts find what a plain model finds: run on SQLite and on PostgreSQL, they agree."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.albums.tagging import set_tags
from gallery.photos.models import Photo
from gallery.search.find import page_of_matching
from gallery.search.folding import folded_for_search
from gallery.search.query import SHORTEST, parse

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

CAPTIONS = {
    "Latin": (
        "Café de la Gare à Orléans",
        "Über den Dächern von Zürich",
        "Łódź nocą, ulica Piotrkowska",
        "São João: bålfest på stranden",
        "Reykjavík — Þingvellir (100%)",
        "it's 5 o'clock_somewhere C++ \\o/",
    ),
    "Greek": ("Ηλιοβασίλεμα στη Σαντορίνη", "Άγιος Νικόλαος Κρήτη", "ὁδὸς Ἑρμοῦ Ἀθῆναι", "ΘΑΛΑΣΣΑ και ήλιος"),
    "Cyrillic": ("Ёлка на Красной площади", "Київ, Андріївський узвіз", "мой белый пёс", "ЗИМА в Сибири"),
    "Arabic": ("غروب الشمس في القاهرة", "مُحَمَّد على الشاطئ", "أحمد و إبراهيم", "می‌خواهم به شیراز بروم"),
    "Hindi": ("नदी के किनारे सूर्यास्त", "हिंदी दिवस की तस्वीर", "ज़मीन और पहाड़", "क्या यह दिल्ली है"),
    "Japanese": ("東京タワーの夜景", "京都の桜と春", "ｶﾞｰﾃﾞﾝ パーティー", "海辺の犬、夏の空"),
}
WITHOUT_ACCENTS = (
    *("cafe orleans", "zurich", "uber", "lodz", "joao", "balfest", "thingvellir", "ηλιοβασιλεμα", "αγιος"),
    *("οδος ερμου", "αθηναι", "θαλασσα ηλιος", "елка", "андріівськии", "пес", "محمد", "احمد", "ميخواهم"),
    *("जमीन", "पहाड", "ガーデン", "ｶﾞｰﾃﾞﾝ"),
)
NEVER = (
    "xyzzy",
    "ψψ",
    "щщ",
    "ظظ",
    "ङङ",
    "鯨鯨",
    "か゛",
    "100%%",
    "__",
    "''",
    '"',
    "\\\\",
    "sea*",
    "OR",
    "NEAR",
)
TAGS = ("été", "θάλασσα", "море", "بحر", "समुद्र", "海")


def model(query: str, texts: dict[str, str]) -> list[str]:
    """Return the photos whose lines contain each folded word and phrase."""
    parsed = parse(query)
    wanted = [folded_for_search(term.value) for term in parsed.terms]
    if not wanted or parsed.refusal:
        return []
    lines = {name: [folded_for_search(line) for line in text.split("\n")] for name, text in texts.items()}
    return sorted(
        name for name, have in lines.items() if all(any(w in line for line in have) for w in wanted)
    )


def queries() -> list[str]:
    """Return parts of the captions of each script: short and long, over blanks, in other cases, and pairs."""
    chance = random.Random(14)
    made = [*WITHOUT_ACCENTS, *NEVER, *TAGS]
    for captions in CAPTIONS.values():
        for _ in range(36):
            caption = chance.choice(captions)
            length = chance.choice((SHORTEST, SHORTEST, 3, 4, 7))
            start = chance.randrange(max(1, len(caption) - length))
            part = caption[start : start + length].strip().replace('"', "")
            other = chance.choice(chance.choice(captions).split())
            made.append(
                chance.choice((part, part.upper(), f'"{part}"', f"{part} {other}", f'{other} "{part}"'))
            )
    return made


@pytest.mark.django_db
def test_queries__find_what_a_plain_model_finds(alice: User, make_photo: PhotoFactory) -> None:
    texts = {}
    for script, tag in zip(CAPTIONS, TAGS, strict=True):
        for number, caption in enumerate(CAPTIONS[script]):
            photo = make_photo(alice, caption=caption)
            names = [tag] if number % 2 else []
            set_tags(photo.pk, names)
            texts[str(photo.pk)] = "\n".join([caption, *names])
    asked = queries()
    found = {
        query: sorted(
            str(photo.pk)
            for photo in page_of_matching(
                Photo.objects.public(), parse(query), AnonymousUser(), cursor=""
            ).photos
        )
        if parse(query).terms
        else []
        for query in asked
    }
    assert found == {query: model(query, texts) for query in asked}
    assert len(found) >= 200
    assert sum(bool(ids) for ids in found.values()) > len(found) // 2
