"""The owner's pages of sharing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.albums.models import Album
from gallery.photos.states import Visibility
from gallery.sharing import actions
from gallery.sharing.models import Grant

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("empty_aws")

LINK = {"link-role": "view", "link-ends": "30"}


@pytest.fixture
def album(alice: User) -> Album:
    """Return an album of Alice's."""
    return Album.objects.create(owner=alice, title="Summer in Lund")


def test_share__shows_a_new_link_once(
    album: Album, alice: User, client_of: Callable[[User], Client], client: Client
) -> None:
    browser, path = client_of(alice), f"{album.get_absolute_url()}share/"
    fields = LINK | {"link-label": "Grandma", "link-password": "harbor at dawn", "link-max_views": "3"}
    text = browser.post(path, fields).content.decode()
    (url,) = set(re.findall(r'value="(http://[^"]+/s/[^"]+)"', text))
    assert "<svg" in text
    assert client.get(url.removeprefix("http://127.0.0.1:8000")).status_code == 302
    grant = Grant.objects.get()
    assert (grant.label, grant.max_views, grant.is_password("harbor at dawn")) == ("Grandma", 3, True)
    assert grant.expires_at
    assert timedelta(days=29) < grant.expires_at - timezone.now() <= timedelta(days=30)
    again = browser.get(path).content.decode()
    assert "Grandma" in again
    assert "/s/" not in again


@pytest.mark.parametrize(
    "fields",
    [
        {"link-ends": "soon"},
        {"link-role": "owner"},
        {"link-password": "short"},
        {"link-max_views": "0"},
        {"link-max_views": "99999999999"},
        {"link-label": "x" * 81},
        {"by_name": "yes", "person-name": "not@an address", "person-role": "view", "person-ends": "30"},
        {"by_name": "yes", "person-name": "nosuchone", "person-role": "view", "person-ends": "30"},
    ],
)
def test_share__refuses(
    fields: dict[str, str], album: Album, alice: User, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(alice).post(f"{album.get_absolute_url()}share/", LINK | fields)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Grant.objects.exists()


def test_never__is_a_choice(album: Album, alice: User, client_of: Callable[[User], Client]) -> None:
    client_of(alice).post(f"{album.get_absolute_url()}share/", LINK | {"link-ends": "never"})
    assert Grant.objects.get().expires_at is None


def test_change__password_and_end(album: Album, alice: User, client_of: Callable[[User], Client]) -> None:
    grant = actions.share_by_link(None, album, expires_at=None, password="harbor at dawn").grant
    browser, path = client_of(alice), f"/me/sharing/{grant.pk}/"
    assert browser.post(path, {"ends": "7"}).status_code == 302
    grant.refresh_from_db()
    assert grant.is_password("harbor at dawn")
    assert grant.expires_at
    browser.post(path, {"ends": "keep", "password": "another harbor"})
    grant.refresh_from_db()
    assert (grant.is_password("another harbor"), grant.epoch) == (True, 1)
    assert grant.expires_at
    browser.post(path, {"ends": "never", "no_password": "on"})
    grant.refresh_from_db()
    assert (grant.password, grant.expires_at) == ("", None)


def test_end__one_and_all(album: Album, alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    one, two, three = (actions.share_by_link(None, album, expires_at=None).grant for _ in range(3))
    theirs = actions.share_by_link(None, Album.objects.create(owner=bob, title="B"), expires_at=None).grant
    browser = client_of(alice)
    answer = browser.post(f"/me/sharing/{one.pk}/end/", {"next": "/me/sharing/"})
    assert answer.headers["Location"] == "/me/sharing/"
    assert browser.post(f"/me/sharing/{two.pk}/end/").headers["Location"].endswith("/share/")
    assert set(Grant.objects.open()) == {three, theirs}
    assert "1 share ended." in browser.post("/me/sharing/end/", follow=True).content.decode()
    assert set(Grant.objects.open()) == {theirs}


def test_selection__becomes_an_album_to_share(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    mine, theirs = [make_photo(alice) for _ in range(2)], make_photo(bob)
    browser, headers = client_of(alice), {"accept": "application/json"}
    chosen = {"photos": ",".join(str(photo.pk) for photo in (*mine, theirs))}
    answer = browser.post("/me/photos/share/", chosen, headers=headers)
    album = Album.objects.get()
    assert answer.json() == {"url": f"{album.get_absolute_url()}share/"}
    assert set(album.photos.all()) == set(mine)
    assert album.visibility == Visibility.PRIVATE
    by_form = browser.post("/me/photos/share/", {"photo": [str(mine[0].pk)]})
    assert by_form.headers["Location"].endswith("/share/")
    for nothing in ({}, {"photo": [str(theirs.pk)]}):
        refused = browser.post("/me/photos/share/", nothing, headers=headers)
        assert refused.json()["reason"] == "nothing_chosen"
    assert Album.objects.count() == 2


def test_overview__costs_the_same_for_many(
    album: Album,
    alice: User,
    bob: User,
    client_of: Callable[[User], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        actions.share_by_link(None, album, expires_at=None, label=f"Number {number}.")
    browser = client_of(alice)
    # Session, user, what guests sent her, what is lent to her, what she lends, what is shared with her, what
    # she shares.
    with django_assert_num_queries(7):
        text = browser.get("/me/sharing/").content.decode()
    assert text.count("Number") == 30
