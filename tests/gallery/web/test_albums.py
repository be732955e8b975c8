"""The pages of albums and tags, and the form that puts a photo in order."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.html import escape

from gallery.albums.models import Album, AlbumEntry
from gallery.albums.tagging import set_tags, tags_of
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from tests.gallery.conftest import crash
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")


TOKEN = re.compile(r'(?<=")[\w+/=-]{20,}(?=")')
"""A nonce or CSRF token: random in each answer."""


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_album__create_and_edit(alice: User, client_of: Callable[[User], Client]) -> None:
    browser = client_of(alice)
    answer = browser.post("/albums/new/", {"title": "Sea", "visibility": "private"})
    album = Album.objects.get()
    assert answer.headers["Location"] == album.get_absolute_url()
    assert browser.post("/albums/new/", {"title": ""}).status_code == 422
    browser.post(f"{album.get_absolute_url()}edit/", {"title": "Ocean", "visibility": "public"})
    assert "Ocean" in page(browser, "/albums/")
    Album.objects.update(order="hand")
    browser.post(f"{album.get_absolute_url()}edit/", {"title": "Ocean", "visibility": "public"})
    assert Album.objects.get().order == "hand", "what is left out stays"
    browser.post(f"{album.get_absolute_url()}delete/")
    assert not Album.objects.exists()


def test_album__made_for_a_photo(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo, his = make_photo(alice), make_photo(bob)
    browser = client_of(alice)
    assert f'href="/albums/new/?photo={photo.pk}"' in page(browser, photo.get_absolute_url())
    answer = browser.post(f"/albums/new/?photo={photo.pk}", {"title": "Sea", "visibility": "private"})
    assert answer.headers["Location"] == f"{photo.get_absolute_url()}#tags-and-albums"
    album = Album.objects.get()
    assert list(album.entries.values_list("photo_id", flat=True)) == [photo.pk]
    for other in (str(his.pk), "no-id"):
        answer = browser.post(f"/albums/new/?photo={other}", {"title": "Lake", "visibility": "private"})
        made = Album.objects.get(title="Lake")
        assert (answer.headers["Location"], made.entries.count()) == (made.get_absolute_url(), 0)
        made.delete()


def test_cover__last_added_photo_visible_to_viewer(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client, stores: Stores
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    shown, waiting = make_photo(alice), make_photo(alice, State.PENDING)
    for photo in (shown, waiting):
        album.photos.add(photo)
        stores.put_item(ready_item(photo))
    mine, theirs = page(client_of(alice), "/albums/"), page(client, "/albums/")
    assert (str(waiting.pk) in mine, str(shown.pk) in theirs) == (True, True)
    assert str(waiting.pk) not in theirs


def places(page: str) -> list[tuple[str, str]]:
    """Return the photos of a page with the position that it says."""
    return re.findall(r'name="photo" value="([^"]+)">\s*<label>Position <input [^>]*value="(\d+)"', page)


def test_arrange__moves_by_a_form(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    path = album.get_absolute_url()
    ids = [str(make_photo(alice).pk) for _ in range(3)]
    for photo_id in ids:
        album.photos.add(photo_id)
    assert places(page(browser, f"{path}?arrange")) == [(ids[2], "1"), (ids[1], "2"), (ids[0], "3")]
    moved = {"photo": ids[0], "position": "2", "next": f"{path}?arrange"}
    answer = browser.post(f"{path}place/", moved, follow=True)
    assert answer.redirect_chain == [(f"{path}?arrange", 302)]
    assert "Moved to position 2." in answer.content.decode()
    assert [photo for photo, _ in places(page(browser, f"{path}?arrange"))] == [ids[2], ids[0], ids[1]]
    assert browser.post(f"{path}place/", {"photo": ids[2], "after": ids[0]}).status_code == 302
    assert [photo for photo, _ in places(page(browser, f"{path}?arrange"))] == [ids[0], ids[2], ids[1]]
    assert places(page(client_of(bob), f"{path}?arrange")) == []
    assert client_of(bob).post(f"{path}place/", moved).status_code == 404


def test_arrange__numbers_go_on_over_pages(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    album = Album.objects.create(owner=alice, title="Sea")
    album.photos.add(*(make_photo(alice) for _ in range(61)))
    first = page(browser, f"{album.get_absolute_url()}?arrange")
    following = re.search(r'<a href="([^"]+)" rel="next">', first)
    assert following
    assert [position for _, position in places(page(browser, unescape(following[1])))] == ["61"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"photo": "x"}, "invalid"),
        ({"photo": str(uuid4())}, "not_in_album"),
        ({"photo": str(uuid4()), "position": "0"}, "invalid"),
        ({"photo": str(uuid4()), "position": "9" * 30}, "invalid"),
    ],
)
def test_place__says_why_not(
    fields: dict[str, str], code: str, alice: User, client_of: Callable[[User], Client]
) -> None:
    path = f"{Album.objects.create(owner=alice, title='Sea').get_absolute_url()}place/"
    answer = client_of(alice).post(path, fields, headers={"accept": "application/json"})
    assert answer.json()["reason"] == code
    said = client_of(alice).post(path, fields, follow=True).content.decode()
    assert escape(reasons.of(code).sentence) in said


def test_cover__is_chosen_by_its_owner(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(alice)
    album = Album.objects.create(owner=alice, title="Sea")
    photos = [make_photo(alice) for _ in range(2)]
    for photo in photos:
        album.photos.add(photo)
    path = f"{album.get_absolute_url()}cover/"
    answer = browser.post(path, {"photo": photos[0].pk}, headers={"accept": "application/json"})
    assert answer.json() == {"sentence": "This is the cover now."}
    assert album.entries.get(is_cover=True).photo == photos[0]
    both = [photo.pk for photo in photos]
    refused = browser.post(path, {"photo": both}, headers={"accept": "application/json"})
    assert refused.json()["reason"] == "one_cover"
    browser.post(path)
    assert not album.entries.filter(is_cover=True).exists()


@pytest.mark.parametrize("viewer", ["owner", "visitor"])
def test_album__photo_pages_lead_on_within_it(
    viewer: str,
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    client: Client,
) -> None:
    browser = client_of(alice) if viewer == "owner" else client
    oldest, outside, newest = (make_photo(alice) for _ in range(3))
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    album.photos.add(oldest)
    album.photos.add(newest)
    assert f"{newest.get_absolute_url()}?album={album.pk}" in page(browser, album.get_absolute_url())
    within = page(browser, f"{newest.get_absolute_url()}?album={album.pk}")
    assert f'href="{oldest.get_absolute_url()}?album={album.pk}" rel="next"' in within
    for path in ("", "?album=no-id", f"?album={uuid4()}"):
        alone = page(browser, f"{newest.get_absolute_url()}{path}")
        assert f'href="{outside.get_absolute_url()}" rel="next"' in alone


def test_photo__private_album_of_another_leads_nowhere(
    alice: User, make_photo: PhotoFactory, client: Client
) -> None:
    older, newer = make_photo(alice), make_photo(alice)
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PRIVATE)
    album.photos.add(newer)
    assert f'href="{older.get_absolute_url()}" rel="next"' in page(
        client, f"{newer.get_absolute_url()}?album={album.pk}"
    )


def test_album__others_see_public_photos_only(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client
) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    shown, waiting = make_photo(alice), make_photo(alice, State.PENDING)
    album.photos.add(shown, waiting)
    path = album.get_absolute_url()
    assert client_of(bob).get(path).status_code == 404
    assert client.get(path).status_code == 404
    Album.objects.update(visibility=Visibility.PUBLIC)
    theirs = page(client_of(bob), path)
    assert (str(shown.pk) in theirs, str(waiting.pk) in theirs) == (True, False)
    assert str(waiting.pk) in page(client_of(alice), path)


def test_album__only_owner_can_change_it(
    alice: User, bob: User, client_of: Callable[[User], Client], client: Client
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    path = album.get_absolute_url()
    for action in ("edit/", "delete/"):
        assert client_of(bob).post(path + action, {"title": "x"}).status_code == 404
        assert client.post(path + action, {"title": "x"}).status_code == 302
    assert client_of(alice).get(f"{path}delete/").status_code == 405
    assert Album.objects.get().title == "Sea"


def test_tag__public_and_own_photos(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client
) -> None:
    public, private = make_photo(alice), make_photo(alice, visibility=Visibility.PRIVATE)
    for photo in (public, private):
        set_tags(photo.pk, ["blue hour"])
    for browser, sees_private in ((client_of(alice), True), (client_of(bob), False), (client, False)):
        body = page(browser, "/tags/blue%20hour/")
        assert str(public.pk) in body
        assert (str(private.pk) in body) == sees_private
    assert client.get("/tags/none/").status_code == 404


@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": Visibility.PRIVATE},
        {"state": State.PENDING},
        {"state": State.REJECTED},
        {"trashed_at": timezone.now()},
    ],
)
def test_tag__of_hidden_photos_looks_missing(
    alice: User,
    bob: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    client: Client,
    hidden: dict[str, Any],
) -> None:
    set_tags(make_photo(alice, **hidden).pk, ["secret"])
    for browser in (client, client_of(bob)):
        for query in ("", "?after=x"):
            answers = [browser.get(f"/tags/{name}/{query}") for name in ("secret", "unused")]
            assert [answer.status_code for answer in answers] == [404, 404]
            secret, missing = (TOKEN.sub("", answer.content.decode()) for answer in answers)
            assert secret.replace("secret", "unused") == missing
    assert client_of(alice).get("/tags/secret/").status_code == 200


def test_organize__works(alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]) -> None:
    browser, photo = client_of(alice), make_photo(alice)
    first, second = (Album.objects.create(owner=alice, title=title) for title in ("Sea", "Sun"))
    first.photos.add(photo)
    assert "Tags and albums" in page(browser, photo.get_absolute_url())
    browser.post(
        f"/photos/{photo.pk}/organize/", {"tags": "Harbour, , Blue Hour", "albums": [str(second.pk)]}
    )
    photo.refresh_from_db()
    # Changed tags of an untrusted user wait for review.
    assert (photo.new_tag_names, tags_of([photo.pk])) == (["blue hour", "harbour"], {})
    assert list(photo.albums.all()) == [second]


@pytest.mark.usefixtures("empty_aws")
def test_organize__takes_commas_of_any_script(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice)
    client_of(alice).post(f"/photos/{photo.pk}/organize/", {"tags": "港、夕暮れ，海,sea"})
    photo.refresh_from_db()
    assert set(photo.new_tag_names) == {"港", "夕暮れ", "海", "sea"}


def test_organize__former_path(client: Client) -> None:
    photo_id = uuid4()
    response = client.post(f"/photos/{photo_id}/order/", {"tags": "sea"})
    assert (response.status_code, response.url) == (308, f"/photos/{photo_id}/organize/")


def test_organize__tags_albums_and_move_are_one_transaction(
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    just_before: JustBefore,
) -> None:
    browser, photo = client_of(alice), make_photo(alice)
    album = Album.objects.create(owner=alice, title="Sea")

    with just_before('UPDATE "photos_photo"', crash), pytest.raises(OSError, match="died"):
        browser.post(f"/photos/{photo.pk}/organize/", {"tags": "unread", "albums": [str(album.pk)]})
    assert Photo.objects.get().state == State.APPROVED
    assert tags_of([photo.pk]) == {}
    assert not photo.albums.exists()


def test_organize__tag_refused(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice)
    answer = client_of(alice).post(f"/photos/{photo.pk}/organize/", {"tags": "a/b"}, follow=True)
    assert "Tags can&#x27;t contain commas" in answer.content.decode()
    assert tags_of([photo.pk]) == {}


def test_organize__checks_owner(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client
) -> None:
    photo = make_photo(alice)
    path = f"/photos/{photo.pk}/organize/"
    assert client_of(bob).post(path, {"tags": "x"}).status_code == 404
    assert client.post(path, {"tags": "x"}).status_code == 302
    assert client_of(alice).post(f"/photos/{uuid4()}/organize/", {"tags": "x"}).status_code == 404
    assert "Tags and albums" not in page(client_of(bob), photo.get_absolute_url())
    assert tags_of([photo.pk]) == {}


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/problems"])
def test_api_docs__own_files_without_inline_script(client: Client, path: str) -> None:
    # One sentence speaks of addresses; nothing may be fetched from one.
    body = (
        page(client, path)
        .replace(reasons.URL_NOT_ALLOWED.sentence, "")
        .replace(escape(reasons.URL_NOT_ALLOWED.sentence), "")
    )
    assert "http://" not in body.replace('"http://127.0.0.1', "")
    assert "https://" not in body
    assert "<script>" not in body
    assert "<style" not in body


def test_albums__of_one_person_do_not_fill_the_page(
    alice: User, bob: User, client: Client, make_photo: PhotoFactory
) -> None:
    for owner, count in ((bob, 1), (alice, 70)):
        photo = make_photo(owner)
        for number in range(count):
            title = f"{owner} {number}"
            album = Album.objects.create(
                owner=owner, title=title, public_title=title, visibility=Visibility.PUBLIC
            )
            AlbumEntry.objects.create(album=album, photo=photo)
    html = page(client, "/albums/")
    # The newest of each come first.
    assert html.index("alice 69") < html.index("bob 0") < html.index("alice 68")
