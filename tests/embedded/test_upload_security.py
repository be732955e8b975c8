"""An offer lets its owner put exactly the promised bytes, once, for a while; S3 enforces it.

Needs an S3 that checks signatures, checksums and conditions: the embedded AWS does, moto does not.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from gallery.storage import aws
from gallery.storage.originals import OriginalExists, OriginalsStorage
from gallery.storage.upload_terms import Offer, OriginalTerms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

    from tests.aws import TestAws

pytestmark = pytest.mark.embedded

CONTENT = b"the promised bytes"


def checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.fixture
def originals(
    embedded_aws: TestAws, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OriginalsStorage]:
    """Return the storage as the web has it: under its role's credentials, against the embedded AWS."""
    for name, value in embedded_aws.web_environment().items():
        monkeypatch.setenv(name, value)
    settings.S3_ENDPOINT_URL = embedded_aws.endpoint_url
    settings.ORIGINALS_BUCKET = embedded_aws.outputs.originals_bucket
    settings.RENDITIONS_BUCKET = embedded_aws.outputs.renditions_bucket
    aws.session.cache_clear()
    yield OriginalsStorage()
    aws.session.cache_clear()


def terms(content: bytes = CONTENT) -> OriginalTerms:
    return OriginalTerms(
        photo_id=uuid4(),
        owner_id=7,
        size_bytes=len(content),
        content_type="image/jpeg",
        sha256=checksum(content),
        correlation_id="asked-by-alice",
    )


def put(url: str, headers: dict[str, str], content: bytes) -> tuple[int, str]:
    """Send a PUT as a browser does, and return the status and S3's code."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("PUT", f"{parts.path}?{parts.query}", body=content, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        code = text.split("<Code>")[1].split("</Code>")[0] if "<Code>" in text else ""
        return answer.status, code
    finally:
        connection.close()


def test_upload__of_the_promised_bytes_is_accepted_once(originals: OriginalsStorage) -> None:
    promised = terms()
    offer = originals.offer(promised)
    assert put(offer.url, offer.headers, CONTENT)[0] == 200
    stored = originals.head(promised.photo_id)
    assert stored is not None
    assert (stored.size_bytes, stored.owner, stored.content_type) == (len(CONTENT), "7", "image/jpeg")
    assert put(offer.url, offer.headers, CONTENT)[0] == 412


@pytest.mark.parametrize(
    ("content", "changed", "removed", "statuses"),
    [
        pytest.param(b"THE promised bytes", {}, (), {400}, id="other bytes of the same length"),
        pytest.param(CONTENT + b"!", {}, (), {400, 403}, id="more bytes"),
        pytest.param(CONTENT[:-1], {}, (), {400, 403}, id="fewer bytes"),
        pytest.param(b"", {}, (), {400, 403}, id="no bytes"),
        pytest.param(CONTENT, {"Content-Type": "text/html"}, (), {403}, id="another type"),
        pytest.param(CONTENT, {"x-amz-meta-owner": "8"}, (), {403}, id="another owner"),
        pytest.param(CONTENT, {"x-amz-meta-correlation-id": "mine"}, (), {403}, id="another correlation id"),
        pytest.param(
            b"other", {"x-amz-checksum-sha256": checksum(b"other")}, (), {403}, id="another checksum"
        ),
        pytest.param(CONTENT, {}, ("If-None-Match",), {403}, id="without the condition"),
        pytest.param(CONTENT, {}, ("x-amz-meta-owner",), {403}, id="without an owner"),
        pytest.param(CONTENT, {}, ("x-amz-checksum-sha256",), {403}, id="without a checksum"),
    ],
)
def test_upload__of_anything_else_is_refused_and_stores_nothing(
    content: bytes,
    changed: dict[str, str],
    removed: tuple[str, ...],
    statuses: set[int],
    originals: OriginalsStorage,
) -> None:
    promised = terms()
    offer = originals.offer(promised)
    headers = {name: value for name, value in (offer.headers | changed).items() if name not in removed}
    assert put(offer.url, headers, content)[0] in statuses
    assert originals.head(promised.photo_id) is None


def with_path(offer: Offer, old: str, new: str) -> str:
    assert old in offer.url
    return offer.url.replace(old, new, 1)


def test_upload__to_another_key_is_refused(originals: OriginalsStorage) -> None:
    promised, other = terms(), uuid4()
    offer = originals.offer(promised)
    url = with_path(offer, str(promised.photo_id), str(other))
    assert put(url, offer.headers, CONTENT)[0] == 403
    assert originals.head(other) is None


@pytest.mark.parametrize("prefix", ["nudges/", "imports/", "elsewhere/", "originals/../"])
def test_upload__to_another_prefix_is_refused(prefix: str, originals: OriginalsStorage) -> None:
    offer = originals.offer(terms())
    assert put(with_path(offer, "originals/", prefix), offer.headers, CONTENT)[0] in {400, 403, 404}


@pytest.mark.parametrize(("age_minutes", "status"), [(14, 200), (16, 403)])
def test_offer__is_valid_for_fifteen_minutes(
    age_minutes: int, status: int, originals: OriginalsStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(minutes=age_minutes)
    promised = terms()
    with monkeypatch.context() as past:
        past.setattr("botocore.auth.get_current_datetime", lambda: then)
        offer = originals.offer(promised)
    assert put(offer.url, offer.headers, CONTENT)[0] == status


def test_offer__with_a_changed_expiry_is_refused(originals: OriginalsStorage) -> None:
    promised = terms()
    offer = originals.offer(promised)
    url = with_path(offer, "X-Amz-Expires=900", "X-Amz-Expires=604800")
    assert put(url, offer.headers, CONTENT)[0] == 403


def test_offer__is_accepted_again_after_a_delete(originals: OriginalsStorage) -> None:
    """Write-once guards existence, not history: this is why deletion records outlive every offer."""
    promised = terms()
    offer = originals.offer(promised)
    put(offer.url, offer.headers, CONTENT)
    originals.remove(promised.photo_id)
    assert put(offer.url, offer.headers, CONTENT)[0] == 200
    originals.remove(promised.photo_id)


def test_form_upload__is_write_once(originals: OriginalsStorage) -> None:
    promised = terms()
    originals.put(promised, CONTENT)
    with pytest.raises(OriginalExists):
        originals.put(promised, CONTENT)
    originals.remove(promised.photo_id)


def test_download__has_no_header_of_the_uploader(originals: OriginalsStorage) -> None:
    promised = terms()
    offer = originals.offer(promised)
    chosen = {
        "Cache-Control": "public, max-age=99999999",
        "Content-Disposition": "inline",
        "Content-Encoding": "gzip",
        "Content-Language": "tlh",
        "Expires": "Fri, 01 Jan 2099 00:00:00 GMT",
    }
    assert put(offer.url, offer.headers | chosen, CONTENT)[0] == 200
    parts = urlsplit(originals.download_url(promised.photo_id, file_name="a.jpg"))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, CONTENT)
    assert {name: answer.headers.get_all(name) for name in (*chosen, "Content-Type")} == {
        "Cache-Control": ["private, no-store"],
        "Content-Disposition": ['attachment; filename="a.jpg"'],
        "Content-Encoding": ["identity"],
        "Content-Language": ["und"],
        "Expires": ["Thu, 01 Jan 1970 00:00:00 GMT"],
        "Content-Type": ["application/octet-stream"],
    }
    connection.close()
    originals.remove(promised.photo_id)


def test_original__is_not_readable_without_a_signature(originals: OriginalsStorage) -> None:
    promised = terms()
    originals.put(promised, CONTENT)
    parts = urlsplit(originals.offer(promised).url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", parts.path)
    assert connection.getresponse().status == 403
    connection.close()
    originals.remove(promised.photo_id)
