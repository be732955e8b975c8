"""An independent verifier, written from CloudFront's documentation, accepts the signed URLs."""

from __future__ import annotations

import base64
import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gallery.storage import signed_urls
from gallery.storage.cloudfront import CloudFrontUrlSigner, load_key

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

ORIGIN = "https://pictures.example"
KEY_ID = "K2JCJMDEHXQW5F"
PHOTO = "320/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11-1.webp"


def pem_of(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)


SIGNATURE = ("Expires=", "Signature=", "Key-Pair-Id=")


class Verifier:
    """Checks a URL as CloudFront does: by public keys, the key id and the time."""

    def __init__(self, keys: dict[str, rsa.RSAPublicKey]) -> None:
        self.keys = keys

    def accepts(self, url: str, *, now: int) -> bool:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not {"Expires", "Signature", "Key-Pair-Id"} <= set(query) or query["Key-Pair-Id"] not in self.keys:
            return False
        # The parameters of the signature are no part of the resource.
        kept = "&".join(part for part in parts.query.split("&") if not part.startswith(SIGNATURE))
        resource = f"{parts.scheme}://{parts.netloc}{parts.path}?{kept}"
        condition = {"DateLessThan": {"AWS:EpochTime": int(query["Expires"])}}
        policy = json.dumps(
            {"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":")
        )
        text = query["Signature"].replace("-", "+").replace("_", "=").replace("~", "/")
        try:
            self.keys[query["Key-Pair-Id"]].verify(
                base64.b64decode(text), policy.encode(), padding.PKCS1v15(), hashes.SHA1()
            )
        except InvalidSignature:
            return False
        return now < int(query["Expires"])


CLOUDFRONT = Verifier({KEY_ID: KEY.public_key()})


@pytest.fixture
def _deployed(settings: SettingsWrapper) -> None:
    settings.PICTURES_ORIGIN = ORIGIN
    settings.SIGNING_KEY_ID = KEY_ID
    settings.SIGNING_PRIVATE_KEY = pem_of(KEY)
    signed_urls._cloudfront_signer.cache_clear()


def signer(key: rsa.RSAPrivateKey = KEY, expires_at: int = 2000) -> CloudFrontUrlSigner:
    return CloudFrontUrlSigner(origin=ORIGIN, key_id=KEY_ID, key=key, expires_at=expires_at)


def test_url__is_accepted_until_it_expires() -> None:
    address = signer().url(PHOTO)
    assert address.startswith(f"{ORIGIN}/{PHOTO}?")
    assert CLOUDFRONT.accepts(address, now=1999)
    assert not CLOUDFRONT.accepts(address, now=2000)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("Expires=2000", "Expires=9000"),
        (PHOTO, PHOTO.replace("320", "1600")),
        ("6f1c", "6f1d"),
        (KEY_ID, "OTHER"),
        ("private", "public"),
        ("1970", "2070"),
    ],
    ids=["later", "larger", "other-photo", "other-key", "shared", "cached-longer"],
)
def test_url__tampered_is_refused(was: str, becomes: str) -> None:
    address = signer().url(PHOTO)
    assert was in address
    assert not CLOUDFRONT.accepts(address.replace(was, becomes), now=1000)


def test_url__is_cached_by_browsers_until_it_expires_and_no_longer() -> None:
    query = parse_qs(urlsplit(signer(expires_at=2000).url(PHOTO)).query)
    assert query["response-cache-control"] == ["private, immutable"]
    assert parsedate_to_datetime(query["response-expires"][0]).timestamp() == 2000


def test_url__unsigned_is_refused() -> None:
    assert not CLOUDFRONT.accepts(f"{ORIGIN}/{PHOTO}", now=1000)


def test_url__signed_by_another_key_is_refused() -> None:
    assert not CLOUDFRONT.accepts(signer(OTHER_KEY).url(PHOTO), now=1000)


def test_url__is_signed_once_per_window() -> None:
    class CountingKey:
        signed = 0

        def sign(self, *arguments: object) -> bytes:
            self.signed += 1
            return KEY.sign(*arguments)

    key = CountingKey()
    made = signer(key)
    for _ in range(3):
        for number in range(120):
            made.url(f"320/{number}.webp")
    assert key.signed == 120


@pytest.mark.usefixtures("_deployed")
def test_signer__uses_cloudfront_if_configured() -> None:
    now = int(time.time())
    found = signed_urls.signer()
    assert found is not None
    address = found.url(PHOTO)
    assert CLOUDFRONT.accepts(address, now=now)
    assert CLOUDFRONT.accepts(address, now=signed_urls.window_start(now) + 420 + 419)
    assert not CLOUDFRONT.accepts(address, now=signed_urls.window_start(now) + 840)
    assert signed_urls.signer() is found


def test_load_key__refuses_an_invalid_key() -> None:
    with pytest.raises(ValueError, match="PEM"):
        load_key("-----BEGIN NOTHING-----\n-----END NOTHING-----")
