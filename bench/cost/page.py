"""One page of the gallery, requested as the gateway requests it, with a table that answers at once.

The handler is the deployed one (Zappa's, with ours around it), the addresses are signed for CloudFront,
the database is SQLite in memory. What the database and the table would take is waiting, and stated apart.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import io
import os
import sys
import time
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypedDict

from bench.cost.table import Table
from bench.cost.timing import median_ms
from bench.zappa import handler_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gallery.photos.models import Photo

PICTURES = 60
HOST = "gallery.example.org"
EVENT: dict[str, Any] = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/",
    "rawQueryString": "",
    "cookies": [],
    "headers": {"host": HOST, "x-forwarded-proto": "https", "x-forwarded-port": "443", "accept": "text/html"},
    "requestContext": {
        "requestId": "bench",
        "stage": "$default",
        "domainName": HOST,
        "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "198.51.100.1"},
    },
    "body": "",
    "isBase64Encoded": True,
}


class Page(TypedDict):
    """The CPU of the thread that answers, and the bytes as CloudFront compresses them."""

    page_ms: float
    presign_ms: float
    page_bytes: int


def measure_page(repeats: int) -> Page:
    """Start a gallery with 60 approved photos in this process and ask for its front page."""
    table = Table()
    table_name = _start_gallery(f"http://127.0.0.1:{table.server_port}")
    from tests.gallery.stores import ready_item  # noqa: PLC0415 - after the gallery has started

    table.hold(table_name, map(ready_item, _make_photos()))
    with contextlib.redirect_stdout(io.StringIO()):  # Zappa prints that it starts
        from gallery.operations.lambda_entry import lambda_handler  # noqa: PLC0415 - it starts Django

    answer = lambda_handler(EVENT, None)
    html = base64.b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"].encode()
    if answer["statusCode"] != 200 or html.count(b"/320/") < PICTURES:
        raise RuntimeError(f"That was not the front page: {answer['statusCode']}, {html[:300]!r}")
    page = Page(
        # Of this thread only: the table's answers come from another.
        page_ms=median_ms(lambda: lambda_handler(EVENT, None), repeats, time.thread_time),
        presign_ms=median_ms(_presign, repeats, time.thread_time),
        page_bytes=len(gzip.compress(html, 6)),
    )
    table.shutdown()
    return page


def _presign() -> list[str]:
    """Sign the page's pictures at each view, as most projects do."""
    import boto3  # noqa: PLC0415 - after the environment is set

    client = boto3.client("s3", region_name="us-east-1")
    keys = [f"thumbnails/{number}.jpg" for number in range(PICTURES)]
    return [client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": key}) for key in keys]


def _start_gallery(table_address: str) -> str:
    """Start it, and return its table's name."""
    from infra.deploy.stage_secrets import new_signing_key  # noqa: PLC0415

    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.settings",
        DATABASE_URL="sqlite://:memory:",
        ALLOWED_HOSTS=HOST,
        AWS_ENDPOINT_URL_DYNAMODB=table_address,
        PICTURES_ORIGIN="https://pictures.example.org",
        SIGNING_KEY_ID="K123",
        SIGNING_PRIVATE_KEY=new_signing_key(),
        LOG_LEVEL="WARNING",
    )
    settings = ModuleType("zappa_settings")
    vars(settings).update(handler_settings("tests.settings"))
    sys.modules["zappa_settings"] = settings
    import django  # noqa: PLC0415
    from django.conf import settings as gallery  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    return str(gallery.CATALOGUE_TABLE)


def _make_photos() -> Iterator[Photo]:
    from django.utils import timezone  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.photos.models import Photo  # noqa: PLC0415
    from gallery.photos.states import State, Visibility  # noqa: PLC0415

    owner = User.objects.create_user("alice", "alice@example.org", "correct-horse-battery")
    for number in range(PICTURES + 1):
        created_at = timezone.now() - timedelta(minutes=number)
        yield Photo.objects.create(
            owner=owner,
            state=State.APPROVED,
            visibility=Visibility.PUBLIC,
            caption=f"Boats in the harbour, {number}",
            file_name=f"IMG_{number}.jpg",
            content_type="image/jpeg",
            size_bytes=5_000_000,
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            created_at=created_at,
            offered_until=created_at,
        )
