"""Saved searches, through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums import actions
from gallery.albums.models import SmartAlbum

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory

pytestmark = pytest.mark.django_db


def test_save_search__is_in_the_archive_and_on_its_page(
    alice: User, bob: User, program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    answer = program.post("/smart-albums", {"title": " Harbors ", "query": "  harbor  tag:sea "})
    assert answer.status_code == 201
    saved = SmartAlbum.objects.get()
    assert (saved.owner, saved.title) == (alice, "Harbors")
    assert answer.json()["id"] == str(saved.pk)
    assert answer.json()["title"] == saved.title
    assert answer.json()["query"] == saved.query == "harbor  tag:sea"
    assert answer.json()["pageAddress"].endswith(f"/albums/smart/{saved.pk}/")
    assert program.get("/archive").json()["smartAlbums"] == [{"title": saved.title, "query": saved.query}]
    assert program_of(bob).get("/archive").json()["smartAlbums"] == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"title": "", "query": "sea"}, "invalid"),
        ({"title": "Sea", "query": " "}, "invalid"),
        ({"title": "Sea", "query": "x" * 201}, "invalid"),
        ({"title": "Sea"}, "invalid"),
        ({"title": "Sea", "query": "s"}, "search_too_short"),
        ({"title": "Sea", "query": '""'}, "search_too_short"),
        ({"title": "Sea", "query": "sea"}, "too_many_smart_albums"),
    ],
)
def test_save_search__is_refused(
    alice: User,
    program_of: ProgramFactory,
    monkeypatch: pytest.MonkeyPatch,
    entry: dict[str, str],
    reason: str,
) -> None:
    monkeypatch.setattr(actions, "MOST_SMART_ALBUMS", 0)
    answer = program_of(alice).post("/smart-albums", entry)
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert not SmartAlbum.objects.exists()
