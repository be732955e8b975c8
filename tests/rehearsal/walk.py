"""The way of a visitor through a deployed gallery; what goes wrong says which setting to look at."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.rehearsal.transports import Response
    from tests.rehearsal.visitor import Visitor

PICTURE_BYTES = 4_000_000
STAGE = "rehearsal"


def large_picture(seed: int) -> bytes:
    """Return a picture of exactly 4 MB in which every byte value occurs."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "JPEG", quality=80)
    return stream.getvalue() + random.bytes(PICTURE_BYTES - stream.tell())


def expect(response: Response, status: int, *, on: str, look_at: str) -> Response:
    """Demand a status.

    Raises:
        AssertionError: another came; the text names the setting to look at.
    """
    assert response.status == status, (
        f"{on} answered {response.status} instead of {status}. Look at {look_at}.\n{response.text[:300]}"
    )
    return response


def see_the_first_page(visitor: Visitor, *, prefix: str = "") -> None:
    """Open the home page and demand that its addresses stay on the site."""
    page = expect(
        visitor.get("/"), 200, on="The first page", look_at="SITE_ORIGIN, ALLOWED_HOSTS and ORIGIN_SECRET"
    )
    links = set(re.findall(r'(?:href|src)="(/[^"]*)"', page.text))
    stray = sorted(link for link in links if not link.startswith(f"{prefix}/"))
    assert not stray, f"Addresses lack the gateway's stage: {stray[:3]}. Look at PATH_PREFIX."
    if not prefix:
        stray = sorted(link for link in links if link.startswith(f"/{STAGE}/"))
        assert not stray, f"Addresses carry the gateway's stage: {stray[:3]}. Look at PATH_PREFIX."
    static = next(link for link in sorted(links) if "/static/" in link and link.endswith((".js", ".css")))
    expect(
        visitor.get(static.removeprefix(prefix)), 200, on=static, look_at="the static files and their bucket"
    )


def sign_in(visitor: Visitor, password: str) -> None:
    """Sign in as the first admin."""
    expect(visitor.get("/sign-in/"), 200, on="The sign-in page", look_at="SITE_ORIGIN and ALLOWED_HOSTS")
    answer = visitor.post("/sign-in/", {"username": "admin", "password": password})
    expect(answer, 302, on="Signing in", look_at="CSRF_TRUSTED_ORIGINS (SITE_ORIGIN) and the first admin")
    expect(visitor.get("/me/photos/"), 200, on="The own photos", look_at="SECRET_KEY and the session cookie")


def upload(visitor: Visitor, picture: bytes) -> None:
    """Upload by the plain form, through the gateway."""
    expect(visitor.get("/upload/"), 200, on="The upload page", look_at="the session cookie")
    answer = visitor.post("/upload/", {"visibility": "public"}, file=("holiday.jpg", picture))
    expect(
        answer,
        302,
        on="Uploading 4 MB",
        look_at="binary_support in zappa_settings.json, and the web's role (role_arn)",
    )


def find_original(s3: Any, bucket: str, picture: bytes) -> str:
    """Return the id of the photo whose original is byte for byte this picture."""
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix="originals/").get("Contents", []):
        if entry["Size"] == len(picture):
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            if body == picture:
                return str(entry["Key"]).removeprefix("originals/")
    raise AssertionError(
        "No original is byte for byte what was sent. Look at binary_support in zappa_settings.json."
    )


def wait_for_the_thumbnail(visitor: Visitor, photo_id: str) -> str:
    """Look at the photo's page until it shows a picture; return the picture's address."""

    def picture() -> str:
        page = visitor.get(f"/photos/{photo_id}/").text
        found = re.search(r'src="(https?://[^"]+\.webp[^"]*)"', page)
        return found[1].replace("&amp;", "&") if found else ""

    return eventually(picture, within_seconds=60, every_seconds=0.3)


def use_the_admin(visitor: Visitor) -> None:
    """Open the moderator's desk."""
    expect(visitor.get("/admin/photos/photo/"), 200, on="The admin", look_at="the first admin")


def end(visitor: Visitor, photo_id: str) -> None:
    """Trash the photo and delete it for good."""
    expect(visitor.get(f"/photos/{photo_id}/"), 200, on="The photo", look_at="the database")
    trashed = visitor.post(f"/photos/{photo_id}/trash/", {})
    expect(trashed, 302, on="Trashing", look_at="the database")
    expect(visitor.get("/me/trash/"), 200, on="The trash", look_at="the database")
    purged = visitor.post(f"/photos/{photo_id}/purge/", {})
    expect(purged, 302, on="Deleting", look_at="the web's role (role_arn)")
