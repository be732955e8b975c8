"""What other sites show beside a link: of public photos and albums, and of nothing else."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from gallery.albums.models import Album, AlbumEntry
from gallery.blocks.models import Block
from gallery.photos.states import State, Visibility
from gallery.sharing.actions import share_by_link
from gallery.web import limits
from tests.gallery.stores import ready_item
from thumbworker.contract.policy import CARD, CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db
SITE = settings.SITE_ORIGIN
SMALL, MIDDLE = (spec for spec in CURRENT.renditions if spec.format == "webp")


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory, stores: Stores) -> Photo:
    found = make_photo(alice, caption='Low "tide"', alt_text="A boat on mud", file_name="secret.jpg")
    stores.put_item(ready_item(found))
    return found


@pytest.fixture
def album(alice: User, photo: Photo) -> Album:
    found = Album.objects.create(
        owner=alice, title="Mine", public_title="Sea", public_description="Two days", visibility="public"
    )
    AlbumEntry.objects.create(album=found, photo=photo)
    return found


def card_on(client: Client, path: str) -> dict[str, str]:
    """Return the Open Graph data of a page, and the address of its oEmbed."""
    text = client.get(path).text
    found = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', text))
    found |= dict(re.findall(r'json\+(oembed)" href="([^"]+)"', text))
    return {name: unescape(value) for name, value in found.items()}


def oembed(client: Client, url: str, **query: Any) -> Any:
    return client.get("/oembed/", {"url": url, **query})


def test_photo__has_open_graph_data(client: Client, photo: Photo) -> None:
    assert card_on(client, f"/photos/{photo.pk}/") == {
        "og:site_name": "Contactsheet",
        "og:type": "website",
        "og:title": 'Low "tide"',
        "og:description": "A boat on mud",
        "og:url": f"{SITE}/photos/{photo.pk}/",
        "og:image": f"{SITE}/photos/{photo.pk}/card.jpg",
        "og:image:type": "image/jpeg",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "A boat on mud",
        "twitter:card": "summary_large_image",
        "oembed": f"{SITE}/oembed/?{urlencode({'url': f'{SITE}/photos/{photo.pk}/', 'format': 'json'})}",
    }


def test_photo__without_words_is_not_called_by_its_file(
    client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    found = make_photo(alice, file_name="secret.jpg")
    stores.put_item(ready_item(found))
    told = card_on(client_of(alice), f"/photos/{found.pk}/")
    assert told["og:title"] == "Photo by alice"
    assert "secret" not in str(told)


def test_photo__of_an_older_policy_has_words_only(
    client: Client, alice: User, make_photo: PhotoFactory, stores: Stores
) -> None:
    found = make_photo(alice)
    item = ready_item(found)
    stores.put_item(ready_item(found, renditions=item.pictures))
    told = card_on(client, f"/photos/{found.pk}/")
    assert "og:title" in told
    assert not {"og:image", "twitter:card"} & told.keys()
    assert client.get(f"/photos/{found.pk}/card.jpg").status_code == 404


@pytest.mark.parametrize(
    ("then", "name"),
    [("card.jpg", CARD), (f"picture/{MIDDLE.longest_side}/", MIDDLE.name)],
)
def test_address__stays_and_leads_to_a_signed_one(then: str, name: str, client: Client, photo: Photo) -> None:
    answer = client.get(f"/photos/{photo.pk}/{then}")
    assert answer.status_code == 302
    assert f"/{name}/{photo.pk}-" in answer["Location"]
    assert "X-Amz-Signature" in answer["Location"]
    assert answer["Cache-Control"] == "public, max-age=60"
    assert int(parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"][0]) > 60


def test_address__of_a_picture_that_there_is_not(client: Client, photo: Photo) -> None:
    assert client.get(f"/photos/{photo.pk}/picture/777/").status_code == 404
    assert client.get(f"/photos/{uuid4()}/card.jpg").status_code == 404
    assert client.post(f"/photos/{photo.pk}/card.jpg").status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": Visibility.PRIVATE},
        {"state": State.PENDING},
        {"state": State.REJECTED},
        {"trashed_at": timezone.now()},
        {"state": State.REJECTED, "taken_down_at": timezone.now()},
        {"block": True},
    ],
    ids=["private", "pending", "rejected", "trashed", "taken-down", "of-a-blocked-person"],
)
def test_card__of_what_not_everyone_sees(
    fields: dict[str, Any],
    client_of: Callable[[User], Client],
    alice: User,
    admin: User,
    photo: Photo,
    album: Album,
) -> None:
    share_by_link(None, album, expires_at=None)
    if fields.pop("block", False):
        Block.objects.create(person=alice, by=admin, at=timezone.now(), reason="Spam")
    for name, value in fields.items():
        setattr(photo, name, value)
    photo.save()
    for client in (Client(), client_of(alice), client_of(admin)):
        for path in ("card.jpg", f"picture/{SMALL.longest_side}/"):
            assert client.get(f"/photos/{photo.pk}/{path}").status_code == 404
        assert client.get(f"/albums/{album.pk}/card.jpg").status_code == 404
        assert oembed(client, f"{SITE}/photos/{photo.pk}/").status_code == 404
        if fields:
            assert "og:title" not in card_on(client, f"/photos/{photo.pk}/")


def test_album__has_the_card_of_its_cover(
    client: Client, alice: User, album: Album, make_photo: PhotoFactory, stores: Stores
) -> None:
    hidden, cover, last = make_photo(alice, visibility="private"), make_photo(alice), make_photo(alice)
    for each in (hidden, cover, last):
        stores.put_item(ready_item(each))
        AlbumEntry.objects.create(album=album, photo=each, is_cover=each is cover)
    told = card_on(client, f"/albums/{album.pk}/")
    assert (told["og:title"], told["og:description"]) == ("Sea", "Two days")
    assert told["og:image"] == f"{SITE}/albums/{album.pk}/card.jpg"
    answer = client.get(f"/albums/{album.pk}/card.jpg")
    assert f"/{CARD}/{cover.pk}-" in answer["Location"]
    assert answer["Cache-Control"] == "public, max-age=60"


def test_album__that_is_private_has_none(
    client_of: Callable[[User], Client], alice: User, album: Album
) -> None:
    Album.objects.update(visibility=Visibility.PRIVATE)
    for client in (Client(), client_of(alice)):
        assert client.get(f"/albums/{album.pk}/card.jpg").status_code == 404
        assert oembed(client, f"{SITE}/albums/{album.pk}/").status_code == 404
        assert card_on(client, f"/albums/{album.pk}/") == {}


def test_oembed__of_a_photo(client: Client, photo: Photo) -> None:
    answer = oembed(client, f"{SITE}/photos/{photo.pk}/?album=x#y", format="json")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer.json() == {
        "version": "1.0",
        "type": "photo",
        "title": 'Low "tide"',
        "author_name": "alice",
        "author_url": f"{SITE}/people/alice/",
        "provider_name": "Contactsheet",
        "provider_url": f"{SITE}/",
        "url": f"{SITE}/photos/{photo.pk}/picture/{MIDDLE.longest_side}/",
        "width": MIDDLE.longest_side,
        "height": MIDDLE.longest_side * 2 // 3,
        "thumbnail_url": f"{SITE}/photos/{photo.pk}/card.jpg",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }
    assert client.get(urlsplit(answer.json()["url"]).path).status_code == 302


@pytest.mark.parametrize(
    ("most", "width", "has_card"),
    [
        ({"maxwidth": "799"}, 320, False),
        ({"maxheight": "300"}, 320, False),
        ({"maxwidth": "1200", "maxheight": "630"}, 800, True),
        ({"maxwidth": "1200", "maxheight": "629"}, 800, False),
        ({"maxwidth": "100"}, None, False),
        ({"maxwidth": "many"}, 800, True),
        ({"maxwidth": "9" * 5000}, 800, True),
        ({"maxwidth": "٣"}, 800, True),
    ],
)
def test_oembed__fits(
    most: dict[str, str], width: int | None, has_card: bool, client: Client, photo: Photo
) -> None:
    answer = oembed(client, f"{SITE}/photos/{photo.pk}/", **most).json()
    assert answer.get("width") == width
    assert answer["type"] == ("photo" if width else "link")
    assert ("thumbnail_url" in answer) == has_card


def test_oembed__of_an_album_is_a_link(
    client: Client, album: Album, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    oembed(client, f"{SITE}/albums/{album.pk}/")  # The first of all writes the row of its limit.
    with django_assert_max_num_queries(5):
        answer = oembed(client, f"{SITE}/albums/{album.pk}/").json()
    assert (answer["type"], answer["title"]) == ("link", "Sea")
    assert answer["thumbnail_url"] == f"{SITE}/albums/{album.pk}/card.jpg"
    AlbumEntry.objects.all().delete()
    assert "thumbnail_url" not in oembed(client, f"{SITE}/albums/{album.pk}/").json()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://[",
        f"{SITE}/",
        f"{SITE}/nowhere/",
        f"{SITE}/me/photos/",
        "https://example.org/photos/{}/",
    ],
)
def test_oembed__of_other_addresses(url: str, client: Client, photo: Photo) -> None:
    answer = oembed(client, url.format(photo.pk))
    assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")
    assert oembed(client, f"{SITE}/photos/{uuid4()}/").status_code == 404


def test_oembed__as_xml_is_not_offered(client: Client, photo: Photo) -> None:
    answer = oembed(client, f"{SITE}/photos/{photo.pk}/", format="xml")
    assert (answer.status_code, answer.json()["reason"]) == (501, "json_only")


def test_asked__too_often_waits(client: Client, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.web.cards.ASKED", limits.Limit("tiny", 1, limits.MINUTE, burst=1))
    assert client.get(f"/photos/{photo.pk}/card.jpg").status_code == 302
    assert client.get(f"/photos/{photo.pk}/card.jpg").status_code == 429
    assert oembed(client, f"{SITE}/photos/{photo.pk}/").status_code == 429


def test_catalogue__that_does_not_answer(client: Client, photo: Photo, moto_aws: MotoAws) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    for answer in (client.get(f"/photos/{photo.pk}/card.jpg"), oembed(client, f"{SITE}/photos/{photo.pk}/")):
        assert (answer.status_code, answer.json()["reason"]) == (503, "store_unavailable")
        assert "public" not in answer.get("Cache-Control", "")
