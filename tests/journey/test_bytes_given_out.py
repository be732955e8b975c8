"""What an original says of its place, camera and people is in nothing that strangers or links are given.

All pages that the gallery has are fetched, and all addresses that they give out: pages, JSON, pictures, zips'
lists, cards, oEmbed and originals. In their bytes, what the original says is searched in every spelling.
"""

from __future__ import annotations

import io
import re
import struct
from html import unescape
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.test import Client
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from gallery.albums.models import Album, AlbumEntry, Tag
from gallery.photos import transitions
from gallery.sharing.actions import share_by_link
from gallery.sharing.models import Role
from tests.gallery.test_permission_matrix import routes
from tests.pictures import photograph

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.journey.conftest import Journey

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WORDS = {
    "serial": "SN7788120",
    "lens serial": "LS4411093",
    "artist": "Zebulon Quux",
    "owner": "Quilla Vandross",
    "rights": "Yorick Thimble",
    "XMP creator": "Xanthe Ombra",
    "comment": "Call 0790 55 12 34",
    "file name": "Birthday of Wilhelmina",
}
SECONDS = {"latitude": (196_427, 10_000), "longitude": (548_933, 10_000)}
PLACES = {"latitude": "54.321788", "longitude": "10.148581"}
"""54° 19' 19.6427", 10° 8' 54.8933"."""
DECIMALS = (3, 4, 5, 6)
ADDRESS = re.compile(r"""(?:https?://|(?<=["'])/)[^\s"'<>\\]+""")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
JSON = {"accept": "application/json"}
ELSEWHERE = (
    "/static/",
    "/admin/",
    "/jsi18n/",
    "/accounts/",
    "/sign-in/",
    "/sign-up/",
    "/language/",
    "/me/",
    "/api/",
)
"""Files, forms, and what sends visitors away to sign in: ``permission_matrix.txt`` says so of each."""
MOST_PAGES = 300


def original(number: int) -> bytes:
    """Return a JPEG that says all this, in EXIF, XMP, a comment and behind its end."""
    exif = Image.Exif()
    exif[Base.Artist], exif[Base.Copyright] = WORDS["artist"], WORDS["rights"]
    exif[Base.Model] = "D750"
    exif.get_ifd(IFD.Exif).update(
        {
            Base.BodySerialNumber: WORDS["serial"],
            Base.LensSerialNumber: WORDS["lens serial"],
            Base.CameraOwnerName: WORDS["owner"],
        }
    )
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (IFDRational(54), IFDRational(19), IFDRational(*SECONDS["latitude"])),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (IFDRational(10), IFDRational(8), IFDRational(*SECONDS["longitude"])),
        }
    )
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>'
        f"{WORDS['XMP creator']}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    out = io.BytesIO()
    photograph(number, (640, 480)).save(
        out, "JPEG", exif=exif, xmp=xmp.encode(), comment=WORDS["comment"].encode()
    )
    return out.getvalue() + WORDS["comment"].encode()


def spellings() -> dict[str, list[bytes]]:
    """Return what to search for, in every spelling."""
    found = {
        name: [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        for name, word in WORDS.items()
    }
    for name, place in PLACES.items():
        cut = [place[: place.index(".") + 1 + digits] for digits in DECIMALS]
        rounded = [f"{float(place):.{digits}f}" for digits in DECIMALS]
        ratio = SECONDS[name]
        found[name] = [text.encode() for text in cut + rounded]
        found[name] += [struct.pack(f"{order}LL", *ratio) for order in "<>"]
    return found


def told_in(data: bytes, *, is_text: bool = True) -> set[str]:
    """Return what the bytes tell, also quoted or escaped."""
    plain = [data]
    if is_text:
        text = data.decode(errors="replace")
        plain += [
            unquote(text).encode(),
            unescape(text).encode(),
            ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).encode(errors="replace"),
        ]
    return {
        name for name, words in spellings().items() for word, each in product(words, plain) if word in each
    }


class Walk:
    """Fetches what one browser can fetch."""

    def __init__(self, journey: Journey, client: Client) -> None:
        self.journey, self.client = journey, client
        self.told: dict[str, set[str]] = {}
        self.pages: set[str] = set()
        self.objects: set[str] = set()

    def fetch(self, paths: list[str]) -> None:
        """Fetch these, as pages and as JSON, and what they lead to."""
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path in self.pages or not self.is_followed(path):
                continue
            self.pages.add(path)
            assert len(self.pages) < MOST_PAGES, sorted(self.pages)
            by_script = "/items/" in path or "/status/" in path or "/info/" in path
            for headers in ({}, JSON) if by_script else ({},):
                answer: Any = self.client.get(path, headers=headers)
                head = "\n".join(f"{name}: {value}" for name, value in answer.items())
                body = answer.getvalue() if answer.streaming else answer.content
                self.note(path, head.encode() + b"\n" + body)
                text = unescape(f"{body.decode(errors='replace')}\n{answer.get('Location', '')}")
                for address in ADDRESS.findall(text.replace("\\u0026", "&").replace("\\/", "/")):
                    if "X-Amz-Signature=" in address:
                        self.object_at(address)
                    else:
                        waiting.append(address.removeprefix(settings.SITE_ORIGIN).partition("#")[0])
                location = answer.get("Location", "")
                if location.startswith("/"):
                    waiting.append(location)

    @staticmethod
    def is_followed(path: str) -> bool:
        """Return whether it is a page that shows something: not a form that leads back to where one was."""
        return path.startswith("/") and not path.startswith("//") and not path.startswith(ELSEWHERE)

    def object_at(self, address: str) -> None:
        """Fetch an object by its signed address, as S3 answers it."""
        path = unquote(urlsplit(address).path).lstrip("/")
        outputs = self.journey.aws.outputs
        buckets = (outputs.originals_bucket, outputs.renditions_bucket)
        key = next(
            (path.removeprefix(f"{bucket}/") for bucket in buckets if path.startswith(f"{bucket}/")), path
        )
        self.note(f"address of {key}", address.encode())
        if key in self.objects:
            return
        self.objects.add(key)
        for bucket in buckets:
            try:
                answer = self.journey.stores.s3.get_object(Bucket=bucket, Key=key)
            except ClientError:
                continue
            said = str({name: value for name, value in answer.items() if name != "Body"})
            self.note(key, said.encode())
            self.note(key, answer["Body"].read(), is_text=False)

    def note(self, where: str, data: bytes, *, is_text: bool = True) -> None:
        if found := told_in(data, is_text=is_text):
            self.told[where] = self.told.get(where, set()) | found


@pytest.fixture
def photo_ids(journey: Journey, browser: Client, charlie: User) -> list[UUID]:
    """Return a public photo and a private one."""
    contents = [original(1), original(2)]
    offers = journey.offer(browser, *contents, name=f"{WORDS['file name']}.jpg")
    ids = [journey.put(offer, content) for offer, content in zip(offers, contents, strict=True)]
    journey.work()
    browser.get("/photos/status/", {"ids": ",".join(map(str, ids))})
    assert transitions.approved(ids[0], actor=charlie)
    return ids


def starts(names: dict[str, str]) -> list[str]:
    """Return the path of every route, and addresses with a query."""
    found = []
    for route in routes():
        path = f"/{route}"
        for name, value in names.items():
            path = path.replace(f"<{name}>", value)
        if not re.search(r"[<^(]", path):
            found.append(path)
    photo = f"{settings.SITE_ORIGIN}/photos/{names['uuid:photo_id']}/"
    album = f"{settings.SITE_ORIGIN}/albums/{names['uuid:album_id']}/"
    found += [
        f"/oembed/?url={photo}",
        f"/oembed/?url={album}",
        f"/photos/status/?ids={names['uuid:photo_id']}",
    ]
    return [*found, "/search/?q=sea", "/search/suggestions/?q=sea", "/?order=timeline"]


@pytest.mark.parametrize("holds", ["nothing", *Role.values])
def test_bytes__given_out_tell_nothing_unless_chosen(
    holds: str, journey: Journey, alice: User, photo_ids: list[UUID]
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", public_title="Sea", visibility="public")
    for photo_id in photo_ids:
        AlbumEntry.objects.create(album=album, photo_id=photo_id)
        Tag.objects.get_or_create(name="sea")[0].photos.add(photo_id)
    shared = share_by_link(None, album, role=Role.VIEW if holds == "nothing" else holds, expires_at=None)
    client = Client()
    if holds != "nothing":
        client.get(f"/s/{shared.token}/", follow=True)
    walk = Walk(journey, client)
    for _ in range(2):
        # Clean copies are made when they are first asked for.
        for photo_id in photo_ids:
            names = {"uuid:photo_id": str(photo_id), "uuid:album_id": str(album.pk), "str:name": "sea"}
            names |= {"uuid:grant_id": str(shared.grant.pk), "str:username": "alice", "int:side": "800"}
            walk.fetch(starts(names))
        journey.work()
        walk.pages.clear()
    kinds = {key.partition("/")[0] for key in walk.objects}
    assert {"320", "800", "1600", "card"} <= kinds
    if holds == Role.DOWNLOAD:
        # What the search can find, it finds in the originals: they alone tell, and they tell all.
        assert {key.partition("/")[0] for key in walk.told} == {"originals"}
        assert set.union(*walk.told.values()) >= spellings().keys() - {"file name"}
    else:
        assert "originals" not in kinds
        assert walk.told == {}
        assert ("clean" in kinds) == (holds in {Role.CLEAN, Role.ADD})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"a": "54.3218"}', {"latitude"}),
        (b"Birthday%20of%20Wilhelmina", {"file name"}),
        (b"x" + struct.pack(">LL", *SECONDS["longitude"]), {"longitude"}),
        ("Zebulon Quux".encode("utf-16-le"), {"artist"}),
        (b"54.3 and 10.1 and Birthday", set()),
    ],
)
def test_search__finds_every_spelling(data: bytes, told: set[str]) -> None:
    assert told_in(data) == told
