"""The gallery as an app: manifest, service worker, offline page, share target, and pages asked for ahead."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db
ICONS = Path(__file__).resolve().parents[3] / "static" / "src" / "icons"


def test_manifest__names_icons_of_their_sizes(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = answer.json()
    assert (found["id"], found["start_url"], found["display"]) == ("/", "/me/photos/", "standalone")
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    for icon in found["icons"]:
        name = re.sub(r"\.[0-9a-f]{12}\.", ".", icon["src"]).rpartition("/")[2]
        image = Image.open(io.BytesIO((ICONS / name).read_bytes()))
        assert f"{image.width}x{image.height}" == icon["sizes"]


def test_icons__are_small() -> None:
    sizes = [path.stat().st_size for path in ICONS.glob("*.png")]
    assert len(sizes) == 4
    assert sum(sizes) < 12_000


def test_icon__maskable_keeps_to_the_middle() -> None:
    image = Image.open(ICONS / "icon-maskable-512.png").convert("L")
    edge = round(0.1 * 512)
    drawn = image.point(lambda value: 255 if value < 200 else 0).getbbox()
    assert drawn
    assert min(drawn[:2]) >= edge
    assert max(drawn[2:]) <= 512 - edge


def test_pages__link_to_the_manifest(client: Client) -> None:
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").text


def test_service_worker__keeps_only_what_is_the_same_for_everyone(
    client: Client, alice: User, client_of: Callable[[User], Client]
) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert "no-cache" in answer["Cache-Control"]
    kept = re.search(r"FILES = \[OFFLINE, (.*)\]", answer.text)
    assert kept
    assert re.fullmatch(
        r'"/static/build/style[\w.-]*css", "/static/build/icon[\w.-]*svg"', unescaped(kept[1])
    )
    assert answer.text.count(".put(") == 1, "shared files only"
    assert answer.text.count("addAll(") == 1
    assert unescaped(answer.text).count('pathname === "/sign-out/"') == 1
    assert 'credentials: "omit"' in answer.text
    assert client_of(alice).get("/service-worker.js").text == answer.text


def unescaped(text: str) -> str:
    return text.encode().decode("unicode_escape")


def test_offline__is_the_same_for_everyone(
    client: Client, alice: User, client_of: Callable[[User], Client]
) -> None:
    answer = client.get("/offline/?en", headers={"Accept-Language": "ja"})
    assert "You are offline" in answer.text
    assert "Cookie" not in answer.get("Vary", "")
    assert "Set-Cookie" not in answer
    assert client_of(alice).get("/offline/?en").text == answer.text


@pytest.mark.parametrize("signed_in", [True, False])
def test_share_target__without_a_worker_stores_nothing(alice: User, client: Client, signed_in: bool) -> None:
    browser = Client(enforce_csrf_checks=True)
    if signed_in:
        browser.force_login(alice)
    answer = browser.post("/upload/share/", {"file": SimpleUploadedFile("a.jpg", b"x")})
    assert (answer.status_code, answer.url) == (302, "/upload/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The shared photos didn't arrive. Choose them here."
    ]
    assert not Photo.objects.exists()
    assert client.get("/upload/share/").status_code == 405


def test_speculation__rules_are_named_by_pages_only(client: Client) -> None:
    assert client.get("/")["Speculation-Rules"] == '"/speculation-rules.json"'
    assert "Speculation-Rules" not in client.get("/manifest.webmanifest")


def test_speculation__never_what_signs_or_downloads(client: Client) -> None:
    answer = client.get("/speculation-rules.json")
    assert answer["Content-Type"] == "application/speculationrules+json"
    [rule] = answer.json()["prefetch"]
    never = rule["where"]["and"][1]["not"]["href_matches"]
    assert {"*/sign-*", "*/password/*", "*/mail/*", "*/original/*", "*/api/*", "*/admin/*"} <= set(never)
    assert rule["eagerness"] == "moderate"
    assert ".tile a" in rule["where"]["and"][2]["not"]["selector_matches"]


def test_policy__lets_the_worker_run(client: Client) -> None:
    assert "worker-src 'self'" in client.get("/")["Content-Security-Policy"]
