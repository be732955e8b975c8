"""The life of a photo: upload, event, worker, page, review, public page, trash, purge, nothing left."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State
from gallery.processing.sweep import sweep
from tests.pictures import flat_jpeg
from thumbworker.contract import keys
from thumbworker.contract.policy import CURRENT
from thumbworker.contract.reasons import SENTENCES, Reason, sentence

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.journey.conftest import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def status_of(client: Client, *photo_ids: UUID) -> dict[str, str]:
    answer = client.get("/photos/status/", {"ids": ",".join(map(str, photo_ids))})
    return {photo["id"]: photo["state"] for photo in answer.json()["photos"]}


def addresses_in(client: Client, path: str) -> set[str]:
    html = client.get(path).content.decode()
    return {part.split("?")[0] for part in html.split('"') if "/320/" in part and part.startswith("http")}


def test_photo__from_upload_to_purge(journey: Journey, browser: Client, alice: User, charlie: User) -> None:
    content = flat_jpeg()
    (photo_id,) = journey.upload(browser, content)
    assert status_of(browser, photo_id) == {str(photo_id): "awaiting"}

    assert journey.work() == 1
    assert status_of(browser, photo_id) == {str(photo_id): "pending"}
    assert len(journey.stores.rendition_keys()) == len(CURRENT.renditions)
    assert Client().get(f"/photos/{photo_id}/").status_code == 404
    assert str(photo_id) not in Client().get("/").content.decode()

    assert transitions.approved(photo_id, actor=charlie)
    assert Client().get(f"/photos/{photo_id}/").status_code == 200
    (address,) = addresses_in(Client(), "/")
    assert urlsplit(address).path.removeprefix("/") in journey.stores.rendition_keys()

    browser.post(f"/photos/{photo_id}/trash/")
    assert Client().get(f"/photos/{photo_id}/").status_code == 404
    browser.post(f"/photos/{photo_id}/restore/")
    assert Client().get(f"/photos/{photo_id}/").status_code == 200

    browser.post(f"/photos/{photo_id}/trash/")
    browser.post(f"/photos/{photo_id}/purge/")
    journey.work()
    assert journey.everything_left() == set()
    assert not Photo.objects.exists()
    alice.refresh_from_db()
    assert alice.used_bytes == len(content)

    report = sweep(timezone.now() + timedelta(hours=3))
    assert report.records_closed == 1
    alice.refresh_from_db()
    assert alice.used_bytes == 0
    assert DeletionRecord.objects.get().closed_at is not None


def test_restore__keeps_the_address(journey: Journey, browser: Client, charlie: User) -> None:
    (photo_id,) = journey.upload(browser, flat_jpeg())
    journey.work()
    status_of(browser, photo_id)
    transitions.approved(photo_id, actor=charlie)
    before = addresses_in(Client(), "/")
    browser.post(f"/photos/{photo_id}/trash/")
    assert addresses_in(Client(), "/") == set()
    browser.post(f"/photos/{photo_id}/restore/")
    assert addresses_in(Client(), "/") == before != set()


def test_upload__of_ten_photos(journey: Journey, browser: Client) -> None:
    contents = [flat_jpeg(size=(300 + n, 200)) for n in range(10)]
    photo_ids = journey.upload(browser, *contents)
    journey.work()
    assert set(status_of(browser, *photo_ids).values()) == {"pending"}
    assert len(journey.stores.rendition_keys()) == 10 * len(CURRENT.renditions)


def test_purge__removes_a_replayed_put(journey: Journey, browser: Client) -> None:
    content = flat_jpeg()
    (offered,) = journey.offer(browser, content)
    photo_id = journey.put(offered, content)
    journey.work()
    browser.post(f"/photos/{photo_id}/trash/")
    browser.post(f"/photos/{photo_id}/purge/")
    journey.work()
    # The signature is still good, and nothing lies at the key any more: S3 takes the bytes again.
    journey.put(offered, content)
    journey.work()
    assert journey.everything_left() != set()
    now = timezone.now()
    sweep(now + timedelta(minutes=10))
    journey.work()
    assert journey.everything_left() == set()
    assert sweep(now + timedelta(minutes=20)).records_closed == 0, "the signature may still be used"
    assert sweep(now + timedelta(hours=3)).records_closed == 1


def test_nudge__replaces_a_lost_event(journey: Journey, browser: Client) -> None:
    (photo_id,) = journey.upload(browser, flat_jpeg())
    journey.lose_messages()
    assert journey.work() == 0
    now = timezone.now() + timedelta(minutes=5)
    assert sweep(now).nudged == 1
    assert journey.work() == 1
    assert sweep(now + timedelta(minutes=10)).settled == 1
    assert Photo.objects.get().state == State.PENDING
    assert photo_id == Photo.objects.get().pk


def test_nudge__replaces_a_lost_removal_event(journey: Journey, browser: Client) -> None:
    (photo_id,) = journey.upload(browser, flat_jpeg())
    journey.work()
    browser.post(f"/photos/{photo_id}/trash/")
    browser.post(f"/photos/{photo_id}/purge/")
    journey.lose_messages()
    assert journey.everything_left() != set()
    sweep(timezone.now() + timedelta(minutes=10))
    journey.work()
    assert journey.everything_left() == set()


def test_executable_named_jpg__is_stored_as_failed_and_never_served(
    journey: Journey, browser: Client
) -> None:
    (photo_id,) = journey.upload(browser, b"MZ\x90\x00" + b"\x00" * 400)
    journey.work()
    assert status_of(browser, photo_id) == {str(photo_id): "failed"}
    page = browser.get(f"/photos/{photo_id}/")
    assert page.status_code == 200
    assert SENTENCES[Reason.NOT_A_PICTURE] in unescape(page.content.decode())
    assert browser.get(f"/photos/{photo_id}/original/").status_code == 404
    assert journey.stores.rendition_keys() == set()
    html = page.content.decode() + browser.get("/me/photos/").content.decode()
    assert f"originals/{photo_id}" not in html


def test_plain_form__takes_the_same_route(journey: Journey, browser: Client) -> None:
    file = SimpleUploadedFile("plain.jpg", flat_jpeg(), "image/jpeg")
    answer = browser.post("/upload/", {"file": file, "visibility": "private"})
    assert answer.status_code == 302
    photo = Photo.objects.get()
    assert (photo.state, photo.visibility, photo.file_name) == ("awaiting", "private", "plain.jpg")
    assert journey.stores.keys("originals/") == {keys.original_key(photo.pk)}
    journey.work()
    assert status_of(browser, photo.pk) == {str(photo.pk): "pending"}


def test_plain_form__reports_duplicates(journey: Journey, browser: Client) -> None:
    content = flat_jpeg()
    for name in ("first.jpg", "second.jpg"):
        file = SimpleUploadedFile(name, content, "image/jpeg")
        page = browser.post("/upload/", {"file": file, "visibility": "public"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["1 photo was already uploaded."]
    assert Photo.objects.get().file_name == "first.jpg"


def test_account_deletion__leaves_nothing(journey: Journey, browser: Client, password: str) -> None:
    journey.upload(browser, flat_jpeg("red"), flat_jpeg("blue"))
    journey.work()
    browser.post("/me/delete/", {"password": password})
    journey.work()
    assert journey.everything_left() == set()
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        pytest.param(
            flat_jpeg()[:700], {Reason.DAMAGED, Reason.TRUNCATED, Reason.NOT_A_PICTURE}, id="cut off"
        ),
        pytest.param(b"<html><script>alert(1)</script>", {Reason.NOT_A_PICTURE}, id="a page"),
        pytest.param(b"<svg></svg>", {Reason.VECTOR_DRAWING}, id="a drawing"),
        pytest.param(b"%PDF-1.7 ...", {Reason.DOCUMENT}, id="a document"),
        pytest.param(b"\x00" * 5000, {Reason.NOT_A_PICTURE}, id="zeros"),
    ],
)
def test_damaged_file__has_its_reason(
    content: bytes, reasons: set[Reason], journey: Journey, browser: Client
) -> None:
    (photo_id,) = journey.upload(browser, content)
    journey.work()
    assert status_of(browser, photo_id) == {str(photo_id): "failed"}
    photo = Photo.objects.get()
    assert photo.reason in reasons
    assert sentence(photo.reason) in unescape(browser.get(f"/photos/{photo_id}/").content.decode())
    assert journey.stores.rendition_keys() == set()
    assert journey.stores.keys("originals/") == {keys.original_key(photo.pk)}
