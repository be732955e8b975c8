"""Hidden characters in every field that others read: one table of what is stored, and shown as stored.

What reorders or hides text goes (UTR #36), what spells words and emoji stays (UTS #51), in every field alike.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from gallery.accounts.models import RateLimit, User
from gallery.albums.models import Album
from gallery.albums.tagging import tags_of
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.reports.models import Report
from gallery.storage.attachment import attachment
from tests.gallery.api.conftest import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("empty_aws")

FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "می\u200cخواهم"
STORED = {
    "right-to-left override": ("a\u202eb", "ab"),
    "embedding and its end": ("a\u202bb\u202c", "ab"),
    "isolate that does not end": ("a\u2067b", "ab"),
    "end of no isolate": ("a\u2069b", "ab"),
    "balanced isolate": ("a\u2067b\u2069c", "a\u2067b\u2069c"),
    "emoji with joiners": (FAMILY, FAMILY),
    "flag of tag characters": (FLAG, FLAG),
    "tag characters without a flag": ("a\U000e0067\U000e007fb", "ab"),
    "non-joiner in Persian": (PERSIAN, PERSIAN),
    "joiner in Latin": ("a\u200db", "ab"),
    "zero-width space": ("a\u200bb", "ab"),
    "byte order mark": ("a\ufeffb", "ab"),
    "soft hyphen": ("a\xadb", "ab"),
    "NUL": ("a\0b", "ab"),
    "nothing to see": ("\u202e\u200b\u2067", ""),
}


def caption(browser: Client, photo: Photo, sent: str) -> str:
    browser.post(f"/photos/{photo.pk}/edit/", {"caption": sent, "visibility": "public"})
    return Photo.objects.get(pk=photo.pk).caption


def album(browser: Client, field: str, sent: str) -> str:
    Album.objects.all().delete()
    words = {"title": "A", "description": "B", field: sent, "visibility": "public"}
    browser.post("/albums/new/", words)
    return str(getattr(Album.objects.first(), field, ""))


def album_by_api(program: Program, field: str, sent: str) -> str | None:
    answer = program.post("/albums", {"title": "A", field: sent})
    return answer.json()[field] if answer.status_code == 201 else None


def report(photo: Photo, sent: str) -> str:
    Report.objects.all().delete()
    RateLimit.objects.all().delete()
    Client().post(f"/photos/{photo.pk}/report/", {"reason": "other", "words": sent})
    return Report.objects.get().words


def rejection(desk: Client, photo: Photo, sent: str) -> str:
    data = {"decision": "reject", "reason": f"x{sent}", "chosen": f"{photo.pk}:{photo.state}"}
    Photo.objects.filter(pk=photo.pk).update(state=photo.state)
    desk.post("/admin/photos/photo/", data)
    return Photo.objects.get(pk=photo.pk).review_note.removeprefix("x")


def tags(browser: Client, photo: Photo, sent: str) -> str:
    browser.post(f"/photos/{photo.pk}/organize/", {"tags": "x"})
    browser.post(f"/photos/{photo.pk}/organize/", {"tags": sent})
    return "".join(tags_of([photo.pk]).get(photo.pk, [])).replace("x", "")


def token(browser: Client, sent: str) -> str:
    answer = browser.post("/me/tokens/", {"name": f"x{sent}", "scopes": ["read"], "days": "30"})
    return str(answer.context["issued"].token.name).removeprefix("x")


def file_name(browser: Client, sent: str) -> str:
    upload = {
        "upload_id": str(uuid4()),
        "name": f"{sent}x.jpg",
        "size_bytes": 1000,
        "content_type": "image/jpeg",
        "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    }
    Photo.objects.filter(state=State.AWAITING)._raw_delete("default")
    body = json.dumps({"uploads": [upload]})
    browser.post("/uploads/offers/", body, content_type="application/json")
    stored = Photo.objects.get(state=State.AWAITING).file_name
    assert quote(stored) in attachment(stored) or stored in attachment(stored)
    return stored.removesuffix("x.jpg")


FIELDS: dict[str, Callable[[Any], Callable[[str], str | None]]] = {
    "caption": lambda it: lambda sent: caption(it.browser, it.photo, sent),
    "tag": lambda it: lambda sent: tags(it.browser, it.photo, sent),
    "album title": lambda it: lambda sent: album(it.browser, "title", sent),
    "album description": lambda it: lambda sent: album(it.browser, "description", sent),
    "report": lambda it: lambda sent: report(it.photo, sent),
    "reason of a rejection": lambda it: lambda sent: rejection(it.desk, it.photo, sent),
    "token name": lambda it: lambda sent: token(it.browser, sent),
    "file name": lambda it: lambda sent: file_name(it.browser, sent),
    "album title by API": lambda it: lambda sent: album_by_api(it.program, "title", sent),
    "album description by API": lambda it: lambda sent: album_by_api(it.program, "description", sent),
    "caption by API": lambda it: lambda sent: it.patch({"caption": sent}, "caption"),
    "tag by API": lambda it: lambda sent: it.patch({"tags": [sent]}, "tags"),
}


class World:
    """A trusted owner with a photo, by page and API, and a moderator."""

    def __init__(self, owner: User, photo: Photo, desk: Client) -> None:
        self.photo, self.desk = photo, desk
        self.browser = Client()
        self.browser.force_login(owner)
        self.program = Program(owner, ["read", "upload"])

    def patch(self, change: dict[str, Any], field: str) -> str | None:
        """Change the photo by the API; ``None`` if it refuses."""
        answer = self.program.patch(f"/photos/{self.photo.pk}", change)
        return "".join(answer.json()[field]) if answer.status_code == 200 else None


@pytest.mark.parametrize("field", FIELDS)
def test_field__stores_what_the_table_says(
    field: str, trusted: User, charlie: User, make_photo: PhotoFactory
) -> None:
    desk = Client()
    desk.force_login(charlie)
    store = FIELDS[field](World(trusted, make_photo(trusted), desk))
    found = {case: store(sent) for case, (sent, _) in STORED.items()}
    expected: dict[str, str | None] = {case: kept for case, (_, kept) in STORED.items()}
    if field in {"tag", "tag by API"}:
        expected["balanced isolate"] = "abc"
    if field.endswith("by API"):
        expected["NUL"] = None
        if field in {"tag by API", "album title by API"}:
            expected["nothing to see"] = None
    assert found == expected


@pytest.mark.parametrize("sent", [sent for sent, _ in STORED.values()], ids=STORED.keys())
def test_username__with_hidden_characters_is_refused(db: None, sent: str) -> None:
    password = "harbor-violet-engine"
    form = {"username": f"x{sent}", "email": "x@example.org", "password1": password}
    assert Client().post("/sign-up/", form).status_code == 422
    assert not User.objects.exists()


def test_words__are_shown_as_they_are_stored(alice: User, make_photo: PhotoFactory, client: Client) -> None:
    words = " ".join(kept for _, kept in STORED.values())
    photo = make_photo(alice, caption=words)
    made = Album.objects.create(
        owner=alice, title="A", public_title=words[:120], public_description=words, visibility="public"
    )
    made.photos.add(photo)
    for path, text in (
        (photo.get_absolute_url(), words),
        (made.get_absolute_url(), words[:120]),
        (made.get_absolute_url(), words),
        ("/albums/", words[:120]),
    ):
        assert text in client.get(path).content.decode()
