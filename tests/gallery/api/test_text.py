"""Captions, titles, tags and names of every script: kept, compared in NFC and without regard to case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.albums.tagging import TagRefused, clean_tag, clean_tags, set_tags, tags_of
from gallery.photos.models import Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
PERSIAN = "می\u200cخواهم"
TAGS = {
    "Persian": (PERSIAN, PERSIAN),
    "Hindi": ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
    "family": ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "England": (ENGLAND, ENGLAND),
    "heart": ("\u2764\ufe0f", "\u2764\ufe0f"),
    "decomposed": ("E\u0301te\u0301", "été"),
    "capitals": ("МОРЕ", "море"),
    "sharp s": ("Straße", "strasse"),
    "punctuation": ("rock'n'roll & c++ (live)", "rock'n'roll & c++ (live)"),
    "joiner in ASCII": ("c\u200dat", "cat"),
    "marks of direction": ("\u2067Sea\u2069\u200f", "sea"),
}
NO_TAGS = [
    "",
    " ",
    "...",
    "-",
    "\u200d",
    "\u200c\u200d",
    "\ufe0f",
    "\u3164",
    "\u2067\u2069",
    "a,b",
    "a/b",
    "a?b",
    "#a",
    "a\\b",
]


@pytest.mark.parametrize(("sent", "kept"), TAGS.values(), ids=TAGS.keys())
def test_tag__api_and_page_take_the_same(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
    sent: str,
    kept: str,
) -> None:
    first, second = (make_photo(alice, State.PENDING) for _ in range(2))
    answer = program_of(alice).patch(f"/photos/{first.pk}", {"tags": [sent]})
    assert (answer.status_code, answer.json().get("tags")) == (200, [kept])
    client_of(alice).post(f"/photos/{second.pk}/organize/", {"tags": sent})
    assert tags_of([second.pk]) == {second.pk: [kept]}
    assert client_of(alice).get(f"/tags/{quote(kept, safe='')}/").status_code == 200


@pytest.mark.parametrize("sent", NO_TAGS)
def test_tag__refused_by_api_and_page(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores, sent: str
) -> None:
    answer = program_of(alice).patch(f"/photos/{make_photo(alice).pk}", {"tags": [sent]})
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    with pytest.raises(TagRefused):
        clean_tag(sent)


WORDS = {
    "joiners": (f"{PERSIAN} \U0001f468\u200d\U0001f467 {ENGLAND}", None),
    "decomposed": ("cafe\u0301", "café"),
    "override": ("a\u202eb", "ab"),
    "controls": ("a\x07b\u200bc", "abc"),
}


@pytest.mark.parametrize(("sent", "kept"), WORDS.values(), ids=WORDS.keys())
def test_words__api_and_page_clean_the_same(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
    sent: str,
    kept: str | None,
) -> None:
    kept = kept or sent
    first, second = (make_photo(alice, State.PENDING) for _ in range(2))
    program, browser = program_of(alice), client_of(alice)
    assert program.patch(f"/photos/{first.pk}", {"caption": f"{sent}\nx"}).json()["caption"] == f"{kept}\nx"
    browser.post(f"/photos/{second.pk}/edit/", {"caption": f"{sent}\r\nx", "visibility": "public"})
    assert Photo.objects.get(pk=second.pk).caption == f"{kept}\nx"
    made = program.post("/albums", {"title": sent, "description": sent}).json()
    assert (made["title"], made["description"]) == (kept, kept)
    browser.post("/albums/new/", {"title": sent, "description": sent, "visibility": "public"})
    assert [(album.title, album.description) for album in Album.objects.all()] == [(kept, kept)] * 2


@pytest.mark.parametrize("title", ["\u200d", "\u202e", "\u3164 ", "\x01"])
def test_title__needs_something_to_see(
    alice: User, program_of: ProgramFactory, client_of: Callable[[User], Client], title: str
) -> None:
    assert program_of(alice).post("/albums", {"title": title}).status_code == 422
    assert client_of(alice).post("/albums/new/", {"title": title, "visibility": "public"}).status_code == 422
    assert not Album.objects.exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [("/albums", {"title": "\u0958" * 120}), ("/albums", {"title": "a", "description": "\u0958" * 500})],
)
def test_words__too_long_once_normalized(
    alice: User, program_of: ProgramFactory, path: str, body: dict[str, Any]
) -> None:
    answer = program_of(alice).post(path, body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("stored", "sought"),
    [("Un été à Évian", "ÉTÉ"), ("Un été", "e\u0301te\u0301"), ("Чёрное", "ЧЁРНОЕ"), (PERSIAN, PERSIAN)],
)
def test_search__ignores_case(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    stores: Stores,
    stored: str,
    sought: str,
) -> None:
    wanted = {str(make_photo(alice, caption=stored).pk), str(make_photo(alice, file_name=stored).pk)}
    make_photo(alice, caption="Fjord", file_name="x.jpg")
    found = program_of(alice).get(f"/search?q={quote(sought)}").json()["photos"]
    assert {photo["id"] for photo in found} == wanted


@pytest.mark.parametrize("sought", ["Été", "E\u0301TE\u0301", "été"])
def test_tags__are_found_in_either_form(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores, sought: str
) -> None:
    photo = make_photo(alice)
    set_tags(photo.pk, clean_tags(["été", "ÉTÉ", "e\u0301te\u0301"]))
    program = program_of(alice)
    assert program.get(f"/tags?q={quote(sought)}").json()["tags"] == [{"name": "été", "photoCount": 1}]
    for query in (f"tag={quote(sought)}", f"q={quote(sought)}"):
        (found,) = program.get(f"/photos?{query}").json()["photos"]
        assert found["id"] == str(photo.pk)


def test_names__are_found_in_either_form(
    alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    owner = User.objects.create_user("Zoé", "", "correct-horse-battery")
    make_photo(owner)
    make_photo(alice, file_name="é.jpg")
    for name in ("Zoé", "Zoe\u0301"):
        assert len(program_of(alice).get(f"/photos?view=public&owner={quote(name)}").json()["photos"]) == 1
    for name in ("é.jpg", "e\u0301.jpg"):
        assert program_of(alice).get(f"/download/{quote(name)}").status_code == 302


def test_download__name_beyond_ascii(
    alice: User,
    make_photo: PhotoFactory,
    program_of: ProgramFactory,
    client_of: Callable[[User], Client],
    stores: Stores,
) -> None:
    photo = make_photo(alice, file_name="Brötchen é.jpg")
    name = quote("filename*=UTF-8''Br%C3%B6tchen%20%C3%A9.jpg", safe="")
    assert name in program_of(alice).get(f"/download/{photo.pk}")["Location"]
    assert name in client_of(alice).get(f"/photos/{photo.pk}/original/")["Location"]
