"""Every address given out for a photo is dead 15 minutes after its end, and at once if its bytes are gone.

All addresses are collected from what the gallery answers to anyone: pages, JSON, redirects, the offer. S3's
check of a signature is repeated here with a clock that can be moved; moto knows whether the object is there.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from botocore.exceptions import ClientError
from django.test import Client
from django.utils import timezone

from gallery.accounts.models import User
from gallery.albums.actions import change_photos, create_album
from gallery.albums.models import Tag
from gallery.api.tokens import Scope, issue
from gallery.photos import actions
from gallery.photos.models import Photo
from gallery.processing.account_deletion import delete_account
from gallery.storage.aws import session
from tests.gallery.conftest import admin
from tests.journey.test_journey import flat_jpeg
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.journey.conftest import Journey

__all__ = ["admin"]

pytestmark = pytest.mark.django_db

SIGNED = re.compile(r"https?://[^\s\"'<>]+?[?&]X-Amz-Signature=[0-9a-f]{64}")
UNTIL_DEAD = timedelta(minutes=15)
PAGES = [
    "/",
    "/me/photos/",
    "/me/trash/",
    "/photos/{id}/",
    "/photos/{id}/original/",
    "/photos/status/?ids={id}",
]
PAGES += ["/?order=timeline", "/people/alice/", "/search/?q=sea", "/search/suggestions/?q=sea"]
PAGES += [
    "/albums/",
    "/albums/{album}/",
    "/albums/{album}/card.jpg",
    "/photos/{id}/card.jpg",
    "/photos/{id}/picture/800/",
    "/photos/{id}/?album={album}",
    "/tags/sea/",
    "/admin/photos/photo/?show=approved",
    "/admin/photos/photo/{id}/change/",
]
API = ["photos", "photos?view=public", "photos/{id}", "search?q=sea", "albums", "albums/{album}", "tags"]
API += ["download/{id}", "download-thumbnail/{id}", "images/{id}"]
OF_BYTES = {"purge", "takedown", "account deletion"}
"""Endings after which nothing is stored any more."""


def signature(method: str, url: str) -> str:
    """Return the signature that S3 expects of a request by this address (Signature Version 4)."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "X-Amz-Signature"]
    fields = dict(query)
    canonical = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query))
    request = f"{method}\n{parts.path}\n{canonical}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    scope = fields["X-Amz-Credential"].split("/", 1)[1]
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{fields['X-Amz-Date']}\n{scope}\n{digest}"
    found = session().get_credentials()
    assert found
    key = f"AWS4{found.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


@dataclass
class World:
    """One photo, who may look for it, and every address that anyone got."""

    journey: Journey
    photo: Photo
    album_id: str
    people: dict[str, User | None]
    tokens: dict[str, str]
    issued: set[str] = field(default_factory=set)

    def collect(self) -> dict[str, set[str]]:
        """Ask for everything as everyone. Return the addresses of the photo by who got them."""
        found: dict[str, set[str]] = {}
        for name, person in self.people.items():
            client = Client()
            if person and User.objects.filter(pk=person.pk).exists():
                client.force_login(person)
            found[name] = set().union(*(self.addresses(client, page) for page in PAGES))
        for name, secret in self.tokens.items():
            headers = {"Authorization": f"Bearer {secret}"}
            found[name] = set().union(*(self.addresses(Client(), f"/api/v1/{p}", headers) for p in API))
        self.issued.update(*found.values())
        return found

    def addresses(self, client: Client, path: str, headers: dict[str, str] | None = None) -> set[str]:
        path = path.format(id=self.photo.pk, album=self.album_id)
        response = client.get(path, headers=headers or {})
        body = html.unescape(response.content.decode()).replace("\\u0026", "&")
        return {
            url
            for url in SIGNED.findall(body + " " + response.get("Location", ""))
            if str(self.photo.pk) in url
        }

    def shows(self, url: str, at: datetime) -> bool:
        """Return whether S3 would answer a GET of this address at that time with the object."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        begins = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if at >= begins + timedelta(seconds=int(query["X-Amz-Expires"])):
            return False
        if not hmac.compare_digest(signature("GET", url), query["X-Amz-Signature"]):
            return False
        key = unquote(parts.path).lstrip("/")
        outputs = self.journey.aws.outputs
        for bucket in (outputs.renditions_bucket, outputs.originals_bucket):
            if bucket in parts.netloc or key.startswith(f"{bucket}/"):
                return self._exists(bucket, key.removeprefix(f"{bucket}/"))
        raise AssertionError(f"an address of another bucket: {url}")

    def _exists(self, bucket: str, key: str) -> bool:
        try:
            head = self.journey.stores.s3.head_object(Bucket=bucket, Key=key)
        except ClientError:
            return False
        # A seal shows nothing.
        return head["ContentLength"] > 0

    def living(self, at: datetime) -> set[str]:
        """Return the addresses that still show something at that time."""
        return {url for url in self.issued if self.shows(url, at)}


@pytest.fixture
def world(journey: Journey, alice: User, bob: User, charlie: User, admin: User) -> World:
    owner = Client()
    owner.force_login(alice)
    content = flat_jpeg()
    (offered,) = journey.offer(owner, content)
    photo_id = journey.put(offered, content)
    journey.work()
    owner.get("/photos/status/", {"ids": str(photo_id)})
    tag = Tag.objects.create(name="sea")
    tag.photos.add(photo_id)
    photo = Photo.objects.get(pk=photo_id)
    actions.approve(photo_id, actor=charlie, words_mark=photo.words_mark)
    album = create_album(alice, title="Sea", description="", visibility="public")
    change_photos(album, add=[photo_id], remove=[])
    scopes = {"alice's token": (alice, [Scope.READ]), "bob's token": (bob, [Scope.READ])}
    scopes["moderator's token"] = (charlie, [Scope.READ, Scope.MODERATE])
    found = World(
        journey,
        photo,
        str(album.pk),
        {"anonymous": None, "bob": bob, "alice": alice, "moderator": charlie, "admin": admin},
        {name: issue(who, name=name, scopes=s, days=1).secret for name, (who, s) in scopes.items()},
    )
    found.issued.add(offered["url"])
    return found


def private(world: World) -> None:
    owner = Client()
    owner.force_login(world.photo.owner)
    owner.post(f"/photos/{world.photo.pk}/edit/", {"caption": "", "visibility": "private"})
    assert Photo.objects.get(pk=world.photo.pk).visibility == "private"


def reject(world: World) -> None:
    moderator = world.people["moderator"]
    assert moderator
    assert actions.reject(world.photo.pk, actor=moderator, reason="no") is actions.Outcome.DONE


def trash(world: World) -> None:
    assert actions.trash(world.photo.pk, actor=world.photo.owner) is actions.Outcome.DONE


def purge(world: World) -> None:
    trash(world)
    assert actions.purge(world.photo.pk, only_from_trash=True) is actions.Outcome.DONE


def take_down(world: World) -> None:
    who = world.people["admin"]
    assert who
    # The worker has no part in it: its queue may be long.
    assert actions.take_down(world.photo.pk, actor=who, reason="law") is actions.Outcome.DONE


def close_account(world: World) -> None:
    assert delete_account(world.photo.owner)


ENDINGS: dict[str, tuple[Callable[[World], None], set[str]]] = {
    "private": (private, {"alice", "alice's token"}),
    "reject": (reject, {"alice", "alice's token", "moderator", "moderator's token", "admin"}),
    "trash": (trash, {"alice", "alice's token", "admin"}),
    "purge": (purge, set()),
    "takedown": (take_down, set()),
    "account deletion": (close_account, set()),
}
"""How a photo ends, and who may still get addresses of it."""


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(name, marks=() if name in {"reject", "takedown"} else pytest.mark.slow)
        for name in ENDINGS
    ],
)
def test_address__ends_with_its_photo(
    ending: str, world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    before = world.collect()
    assert all(before.values())
    names = {urlsplit(url).path.split("/")[-2] for url in world.issued}
    assert {spec.name for spec in CURRENT.renditions} | {"originals"} <= names
    now = timezone.now()
    # Each works now, but for the offer, whose signature is of a PUT.
    assert len(world.living(now)) == len(world.issued) - 1
    end, may_still = ENDINGS[ending]
    with django_capture_on_commit_callbacks(execute=True):
        end(world)
    if ending != "takedown":
        world.journey.work()
    given_before = set(world.issued)
    if ending in OF_BYTES:
        assert world.living(timezone.now()) == set()
    after = world.collect()
    assert {name for name, urls in after.items() if urls} <= may_still
    assert not {url for url in given_before if world.shows(url, timezone.now() + UNTIL_DEAD)}
    # Who may look gets addresses with an end, too.
    assert world.living(timezone.now() + UNTIL_DEAD) == set()


def test_collection__each_page_gives_addresses(world: World) -> None:
    given = dict.fromkeys(PAGES, 0)
    for person in world.people.values():
        client = Client()
        if person:
            client.force_login(person)
        for page in PAGES:
            given[page] += len(world.addresses(client, page))
    assert [page for page, count in given.items() if not count] == ["/me/trash/"]


def test_check__refuses_what_s3_refuses(world: World) -> None:
    world.collect()
    now = timezone.now()
    for url in sorted(world.living(now)):
        assert not world.shows(url.replace("X-Amz-Expires=", "X-Amz-Expires=9"), now)
        assert not world.shows(
            re.sub(r"(Signature=)(.)", lambda m: m[1] + ("0" if m[2] != "0" else "1"), url), now
        )
    assert json.dumps(sorted(world.issued)).count("X-Amz-Signature") == len(world.issued)
