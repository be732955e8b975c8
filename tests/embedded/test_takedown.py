"""A takedown by HTTP, with an S3 that checks signatures and the worker's zip: dead at once, and stays so."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gallery.photos.models import DeletionRecord, Photo
from gallery.processing.sweep import sweep
from gallery.storage.originals import originals
from tests.pictures import jpeg
from tests.waiting import eventually
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.aws import EnforcedAws

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

SIGNED = re.compile(r"https?://[^\s\"'<>]+?[?&]X-Amz-Signature=[0-9a-f]{64}")
CONTENT = jpeg(931)


def sent(
    method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, bytes]:
    """Send a request as a browser does, and return status and body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body=body or None, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def gives(url: str) -> bool:
    """Return whether S3 gives a byte of the picture."""
    status, body = sent("GET", url)
    return status == 200 and bool(body)


def addresses(client: Client, *paths: str) -> set[str]:
    """Return the signed addresses in these answers."""
    answers = [client.get(path) for path in paths]
    texts = [unescape(answer.content.decode()) + " " + answer.get("Location", "") for answer in answers]
    return set(SIGNED.findall(" ".join(texts).replace("\\u0026", "&")))


def offered(client: Client) -> dict[str, Any]:
    wanted = {
        "upload_id": str(uuid4()),
        "name": "harbor.jpg",
        "size_bytes": len(CONTENT),
        "content_type": "image/jpeg",
        "sha256": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode(),
    }
    body = json.dumps({"uploads": [wanted], "visibility": "public"})
    (result,) = client.post("/uploads/offers/", body, content_type="application/json").json()["results"]
    return dict(result)


def test_takedown__is_at_once_and_stays(
    on_embedded: EnforcedAws, trusted: User, admin: User, django_capture_on_commit_callbacks: Any
) -> None:
    owner, visitor, moderator = Client(), Client(), Client()
    owner.force_login(trusted)
    moderator.force_login(admin)
    offer = offered(owner)
    photo_id = UUID(offer["photo_id"])
    assert sent("PUT", offer["url"], offer["headers"], CONTENT)[0] == 200
    page = f"/photos/{photo_id}/"

    def is_public() -> bool:
        owner.get("/photos/status/", {"ids": str(photo_id)})
        return visitor.get(page).status_code == 200

    eventually(is_public, within_seconds=60)
    issued = addresses(owner, page, f"{page}original/", "/me/photos/") | addresses(visitor, "/", page)
    assert len(issued) == len(CURRENT.renditions), "each picture but the card, and the original"
    assert [url for url in issued if not gives(url)] == []

    with django_capture_on_commit_callbacks(execute=True):
        answer = moderator.post(f"/admin/photos/photo/{photo_id}/take-down/", {"reason": "Not theirs"})
    assert answer.status_code == 302

    def is_dead() -> bool:
        return not [url for url in issued if gives(url)] and visitor.get(page).status_code == 404

    assert is_dead(), "at once, whatever the worker does"
    for _ in range(2):
        assert sent("PUT", offer["url"], offer["headers"], CONTENT)[0] == 412
        assert is_dead()
    # The worker has heard of the seal, and leaves nothing.
    client = on_embedded.client("dynamodb")
    key = {"pk": {"S": f"photo#{photo_id}"}}
    table = on_embedded.outputs.catalogue_table
    eventually(lambda: "Item" not in client.get_item(TableName=table, Key=key), within_seconds=60)
    assert is_dead()
    until = Photo.objects.get(pk=photo_id).offered_until
    sweep(until - timedelta(minutes=1))
    assert sent("PUT", offer["url"], offer["headers"], CONTENT)[0] == 412
    assert is_dead()
    # The signature ends with the offer; then the sweep takes the seal away.
    sweep(until + timedelta(minutes=1))
    sweep(until + timedelta(hours=3))
    assert originals().head(photo_id) is None
    assert DeletionRecord.objects.get(pk=photo_id).closed_at is not None
    assert is_dead()
    assert addresses(owner, page, f"{page}original/", "/me/photos/") == set()
    assert timezone.now() < until, "the clock was not moved: S3 would still accept the PUT"
